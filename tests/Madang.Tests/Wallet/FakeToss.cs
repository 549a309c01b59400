using System.Collections.Concurrent;
using System.Text.Json;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Madang.Tests.Wallet;

/// <summary>The part of the Toss Payments API that we use, as its documentation describes it.</summary>
internal sealed class FakeToss : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeToss(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, Payment> Payments { get; } = new();

    public ConcurrentQueue<Call> Calls { get; } = new();

    /// <summary>Every call fails with this status; 0: none.</summary>
    public int Fails { get; set; }

    /// <summary>With which status every call fails once a fault has happened; 0: none.</summary>
    public int FailsAfterFault { get; set; }

    /// <summary>What happens to the next cancellations, instead of their usual answer.</summary>
    public ConcurrentQueue<Fault> Faults { get; } = new();

    public string Address => _app.Urls.First();

    public static async Task<FakeToss> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var toss = new FakeToss(app);
        app.Use(async (context, next) =>
        {
            context.Request.EnableBuffering();
            var body = await new StreamReader(context.Request.Body, leaveOpen: true).ReadToEndAsync();
            context.Request.Body.Position = 0;
            toss.Calls.Enqueue(new(context.Request.Method, context.Request.Path, context.Request.Headers.Authorization.ToString(), context.Request.Headers["Idempotency-Key"].ToString(), body));
            if (toss.Fails == 0)
                await next();
            else
                await Error(toss.Fails, "FAILED").ExecuteAsync(context);
        });
        app.MapPost("/v1/payments", (JsonElement body) =>
        {
            var order = body.GetProperty("orderId").GetString()!;
            var amount = body.GetProperty("amount").GetInt64();
            return Results.Json(toss.Payments.GetOrAdd(order, _ => new Payment { Order = order, Total = amount, Balance = amount }).Json());
        });
        app.MapGet("/v1/payments/orders/{order}", (string order) => toss.Payments.TryGetValue(order, out var payment) ? Results.Json(payment.Json()) : Error(404, "NOT_FOUND_PAYMENT"));
        app.MapPost("/v1/payments/confirm", (JsonElement body) =>
        {
            var payment = toss.Payments[body.GetProperty("orderId").GetString()!];
            if (payment.Status != "IN_PROGRESS")
                return Error(400, "ALREADY_PROCESSED_PAYMENT");
            if (body.GetProperty("amount").GetInt64() != payment.Total || body.GetProperty("paymentKey").GetString() != payment.Key)
                return Error(403, "REJECT_CARD_PAYMENT");
            (payment.Status, payment.Approved) = ("DONE", true);
            return Results.Json(payment.Json());
        });
        // Answers by idempotency key: a repeat gets the first one's.
        var given = new ConcurrentDictionary<string, object>();
        app.MapPost("/v1/payments/{key}/cancel", (string key, JsonElement body, HttpContext context) =>
        {
            var once = context.Request.Headers["Idempotency-Key"].ToString();
            var payment = toss.Payments.Values.Single(one => one.Key == key);
            var amount = body.GetProperty("cancelAmount").GetInt64();
            var fault = toss.Faults.TryDequeue(out var next) ? next : null;
            if (fault is null && given.TryGetValue(once, out var answer))
                return Results.Json(answer);
            if (fault is null && body.TryGetProperty("refundableAmount", out var refundable) && refundable.GetInt64() != payment.Balance)
                return Error(400, "NOT_MATCHES_REFUNDABLE_AMOUNT");
            if (fault is null && amount > payment.Balance)
                return Error(403, "NOT_CANCELABLE_AMOUNT");
            if (fault?.Executes != false)
            {
                payment.Balance -= amount;
                payment.Status = payment.Balance == 0 ? "CANCELED" : "PARTIAL_CANCELED";
                if (fault?.Forgets != true)
                    given[once] = payment.Json();
            }
            if (fault is not null && toss.FailsAfterFault != 0)
                toss.Fails = toss.FailsAfterFault;
            if (fault is { Code: null })
                context.Abort();
            return fault?.Code is { } code ? Error(fault.Status, code) : Results.Json(payment.Json());
        });
        app.MapGet("/v1/transactions", () => Results.Json(toss.Payments.Values.Where(one => one.Approved).Select(one => new { transactionKey = $"t-{one.Order}", paymentKey = one.Key, orderId = one.Order, status = one.Status, amount = one.Total })));
        await app.StartAsync();
        return toss;
    }

    /// <summary>A node whose members pay here, on a database of its own.</summary>
    public async Task<Node> NodeAsync(WalletHost host, params KeyValuePair<string, string>[] settings)
    {
        var connection = await host.NewDatabaseAsync();
        var node = new Node(connection, [new("Wallet:Sandbox", "false"), new("Wallet:Toss:SecretKey", "test_sk_loopback"), new("Wallet:Toss:Address", Address), .. settings], port: null);
        host.Keep(node);
        return node;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IResult Error(int status, string code) => Results.Json(new { code, message = "…" }, statusCode: status);

    internal sealed record Call(string Method, string Path, string Authorization, string Key, string Body);

    /// <param name="Executes">The money goes back all the same.</param>
    /// <param name="Status">With which status it is refused.</param>
    /// <param name="Code">With which code; null: the answer is lost.</param>
    /// <param name="Forgets">The key is forgotten, as after 15 days: a repeat is another cancellation.</param>
    internal sealed record Fault(bool Executes, int Status = 0, string? Code = null, bool Forgets = false);

    internal sealed class Payment
    {
        public required string Order { get; init; }

        public string Key => $"key-{Order}";

        public string Status { get; set; } = "READY";

        public long Total { get; set; }

        public long Balance { get; set; }

        public bool Approved { get; set; }

        public object Json() => new
        {
            mId = "tosspayments",
            version = "2022-11-16",
            paymentKey = Key,
            orderId = Order,
            orderName = "…",
            status = Status,
            requestedAt = "2026-11-21T00:00:00+09:00",
            approvedAt = Approved ? "2026-11-21T00:00:10+09:00" : null,
            totalAmount = Total,
            balanceAmount = Balance,
            currency = "KRW",
            method = "카드",
            checkout = new { url = $"https://pay.toss.example/{Order}" },
        };
    }
}
