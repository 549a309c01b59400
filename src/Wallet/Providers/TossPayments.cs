using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Madang.Wallet.Providers;

/// <summary>
/// Toss Payments by its API (https://docs.tosspayments.com/reference): the payment is created and its hosted checkout opened, confirmed from here, and asked for
/// whenever something is to be known. Its payment webhooks are not signed, so nothing of them is believed but the order's id.
/// </summary>
internal sealed class TossPayments(IHttpClientFactory clients, IOptions<WalletOptions> options) : IPaymentProvider
{
    public const string ProviderName = "toss";

    private static readonly TimeSpan Kst = TimeSpan.FromHours(9);

    /// <summary>Answers to a cancellation (https://docs.tosspayments.com/reference/error-codes) that are no refusal: later, not as it was, or somebody has done it already.</summary>
    private static readonly HashSet<string> InDoubt = new(StringComparer.Ordinal)
    {
        "PROVIDER_ERROR", "FORBIDDEN_CONSECUTIVE_REQUEST", "IDEMPOTENT_REQUEST_PROCESSING", "NOT_AVAILABLE_BANK", "NOT_MATCHES_REFUNDABLE_AMOUNT",
        "ALREADY_CANCELED_PAYMENT", "ALREADY_REFUND_PAYMENT", "ALREADY_PROCESSED_PAYMENT", "COMMON_ERROR", "unknown",
    };

    public string Name => ProviderName;

    public bool IsTest => options.Value.Toss.SecretKey?.StartsWith("test_", StringComparison.Ordinal) == true;

    public async Task<Result<Checkout>> OpenCheckout(CheckoutOrder order, CancellationToken cancellation)
    {
        var answer = await SendAsync(HttpMethod.Post, "/v1/payments", new
        {
            method = options.Value.Toss.Method,
            amount = order.Amount,
            orderId = OrderId(order.Order),
            orderName = order.Name,
            successUrl = order.ReturnUrl.AbsoluteUri,
            failUrl = order.ReturnUrl.AbsoluteUri,
        }, key: order.Order, cancellation);
        return answer is { Failure: null, Payment: { PaymentKey: { } payment, Checkout.Url: { } url } }
            ? new Checkout(payment, url)
            : new Failure("wallet.provider_refused", "The payment service refused this payment.", StatusCodes.Status502BadGateway);
    }

    public async Task<ProviderPayment?> Find(Guid order, CancellationToken cancellation)
    {
        var answer = await SendAsync(HttpMethod.Get, $"/v1/payments/orders/{OrderId(order)}", body: null, key: null, cancellation);
        return answer.Payment is { } payment ? ToPayment(payment)
            : answer.Status == HttpStatusCode.NotFound ? null
            : throw new ProviderUnavailableException(Name, $"{(int)answer.Status} {answer.Failure}");
    }

    public async Task<ProviderPayment?> Confirm(Guid order, string payment, long amount, CancellationToken cancellation)
    {
        var answer = await SendAsync(HttpMethod.Post, "/v1/payments/confirm", new { paymentKey = payment, orderId = OrderId(order), amount }, key: order, cancellation);
        // Refused, or confirmed before: what became of it is asked for.
        return answer.Payment is { } confirmed ? ToPayment(confirmed) : await Find(order, cancellation);
    }

    public async Task<Failure?> Refund(Guid key, string payment, long amount, long refundable, CancellationToken cancellation)
    {
        var answer = await SendAsync(
            HttpMethod.Post, $"/v1/payments/{Uri.EscapeDataString(payment)}/cancel", new { cancelReason = "Unused points", cancelAmount = amount, refundableAmount = refundable }, key, cancellation);
        return answer.Failure is not { } code ? null
            : InDoubt.Contains(code) ? throw new ProviderUnavailableException(Name, $"{(int)answer.Status} {code}")
            : new Failure($"toss.{code.ToLowerInvariant()}", "The payment service refused to pay back.");
    }

    public Task<Result<ProviderEvent>> ReadWebhook(WebhookMessage message, CancellationToken cancellation) => Task.FromResult(Read(message));

    public async Task<IReadOnlyList<ProviderPayment>> Paid(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        var orders = new HashSet<Guid>();
        const int most = 1000;
        for (string? after = null; ;)
        {
            var page = await ReadAsync<List<Transaction>>(
                $"/v1/transactions?startDate={Local(from)}&endDate={Local(until)}&limit={most}{(after is null ? null : $"&startingAfter={Uri.EscapeDataString(after)}")}", cancellation);
            foreach (var transaction in page)
                if (Guid.TryParseExact(transaction.OrderId, "N", out var order))
                    orders.Add(order);
            if (page.Count < most)
                break;
            after = page[^1].TransactionKey;
        }
        // The list tells payments and cancellations apart in ways that differ by method; each payment itself says what is left of it.
        var payments = new List<ProviderPayment>();
        foreach (var order in orders)
            if (await Find(order, cancellation) is { Stage: PaymentStage.Paid } payment)
                payments.Add(payment);
        return payments;
    }

    private static Result<ProviderEvent> Read(WebhookMessage message)
    {
        try
        {
            using var json = JsonDocument.Parse(message.Body);
            var root = json.RootElement;
            var type = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("eventType", out var told) ? told.GetString() : null;
            // Deposits of virtual accounts carry the order at the top, everything else in its data.
            var about = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? data : root;
            if (about.ValueKind == JsonValueKind.Object && about.TryGetProperty("orderId", out var orderId) && orderId.ValueKind == JsonValueKind.String)
            {
                var id = message.Header("tosspayments-webhook-transmission-id") is { Length: <= 200 } transmission ? transmission : Convert.ToHexStringLower(SHA256.HashData(message.Body.Span));
                var status = about.TryGetProperty("status", out var state) && state.ValueKind == JsonValueKind.String ? state.GetString() : null;
                // Anybody may send this: PostgreSQL takes no zeros and no halves of letters.
                var name = string.Concat($"{type ?? "unnamed"} {status}".Where(letter => !char.IsControl(letter) && !char.IsSurrogate(letter))).Trim();
                // A merchant's other orders have other ids; nobody's charge has this one.
                return new ProviderEvent(id, name is "" ? "unnamed" : name.Length > 100 ? name[..100] : name, Guid.TryParseExact(orderId.GetString(), "N", out var order) ? order : Guid.Empty);
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
        }
        return new Failure("wallet.webhook", "This is no message about a payment.", StatusCodes.Status400BadRequest);
    }

    private static ProviderPayment ToPayment(Payment payment)
    {
        var refunded = payment.TotalAmount - payment.BalanceAmount;
        return new(payment.PaymentKey!, Guid.TryParseExact(payment.OrderId, "N", out var order) ? order : Guid.Empty, payment.Status switch
        {
            "READY" or "WAITING_FOR_DEPOSIT" => PaymentStage.Open,
            "IN_PROGRESS" => PaymentStage.Authorised,
            "DONE" or "PARTIAL_CANCELED" => PaymentStage.Paid,
            // Wholly paid back, or given up before it was paid.
            "CANCELED" => payment.ApprovedAt is null ? PaymentStage.Cancelled : PaymentStage.Paid,
            "EXPIRED" => PaymentStage.Cancelled,
            _ => PaymentStage.Failed,
        }, payment.TotalAmount, payment.Currency ?? "", payment.ApprovedAt is null ? 0 : refunded);
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, object? body, Guid? key, CancellationToken cancellation)
    {
        using var request = Request(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (key is { } once)
            request.Headers.Add("Idempotency-Key", once.ToString());
        try
        {
            using var response = await Client().SendAsync(request, cancellation);
            if (response.IsSuccessStatusCode)
                return new(response.StatusCode, await response.Content.ReadFromJsonAsync<Payment>(JsonSerializerOptions.Web, cancellation), null);
            var code = (await response.Content.ReadFromJsonAsync<Error>(JsonSerializerOptions.Web, cancellation))?.Code ?? "unknown";
            // Our key is wrong, too much is asked, the same is being asked just now, or it is their fault: another time it may work.
            return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict || (int)response.StatusCode >= 500
                ? throw new ProviderUnavailableException(Name, $"{(int)response.StatusCode} {code}")
                : new(response.StatusCode, null, code);
        }
        catch (Exception error) when (IsOutage(error, cancellation))
        {
            throw new ProviderUnavailableException(Name, error.Message, error);
        }
    }

    private async Task<T> ReadAsync<T>(string path, CancellationToken cancellation)
    {
        try
        {
            using var response = await Client().SendAsync(Request(HttpMethod.Get, path), cancellation);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellation))!
                : throw new ProviderUnavailableException(Name, $"{(int)response.StatusCode} {path.Split('?')[0]}");
        }
        catch (Exception error) when (IsOutage(error, cancellation))
        {
            throw new ProviderUnavailableException(Name, error.Message, error);
        }
    }

    private static bool IsOutage(Exception error, CancellationToken cancellation) =>
        error is HttpRequestException or JsonException or NotSupportedException or IOException || (error is OperationCanceledException && !cancellation.IsCancellationRequested);

    private HttpClient Client() => clients.CreateClient(ProviderName);

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, options.Value.Toss.Address.TrimEnd('/') + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(options.Value.Toss.SecretKey + ":")));
        return request;
    }

    private static string OrderId(Guid order) => order.ToString("N");

    private static string Local(DateTimeOffset at) => at.ToOffset(Kst).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private sealed record Answer(HttpStatusCode Status, Payment? Payment, string? Failure);

    private sealed record Payment(
        string? PaymentKey, string? OrderId, string? Status, long TotalAmount, long BalanceAmount, string? Currency, DateTimeOffset? ApprovedAt, CheckoutPage? Checkout);

    private sealed record CheckoutPage(string? Url);

    private sealed record Error(string? Code, string? Message);

    private sealed record Transaction(string? TransactionKey, string? OrderId);
}
