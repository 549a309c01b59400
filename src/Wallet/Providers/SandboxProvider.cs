using System.Text.Json;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Wallet.Domain;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Wallet.Providers;

/// <summary>
/// A provider that takes no money and behaves like one that does: a checkout page of its own, books of its own (<c>wallet.sandbox_payment</c>), signed webhooks.
/// For development, demonstrations and tests.
/// </summary>
internal sealed class SandboxProvider(NpgsqlDataSource source, TimeProvider time) : IPaymentProvider
{
    public const string ProviderName = "sandbox";

    public const string SignatureHeader = "Sandbox-Signature";

    private const string Columns = "id as payment, order_id as \"order\", state, amount, currency, refunded";

    public string Name => ProviderName;

    public bool IsTest => true;

    public async Task<Result<Checkout>> OpenCheckout(CheckoutOrder order, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var id = $"sbx_{order.Order:N}";
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into wallet.sandbox_payment (id, order_id, amount, currency, state, return_url, created_at)
            values (@id, @Order, @Amount, @Currency, 'ready', @ReturnUrl, @Now) on conflict (order_id) do nothing
            """,
            new { id, Order = order.Order.ToString(), order.Amount, order.Currency, ReturnUrl = order.ReturnUrl.PathAndQuery, Now = time.GetUtcNow() }, cancellationToken: cancellation));
        return new Checkout(id, $"/wallet/sandbox/{id}");
    }

    public async Task<ProviderPayment?> Find(Guid order, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"select {Columns} from wallet.sandbox_payment where order_id = @order", new { order = order.ToString() }, cancellationToken: cancellation)))?.ToPayment();
    }

    public async Task<ProviderPayment?> Confirm(Guid order, string payment, long amount, CancellationToken cancellation)
    {
        await source.InTransaction(tx => tx.Connection!.ExecuteAsync(
            "update wallet.sandbox_payment set state = 'paid', paid_at = @Now where id = @payment and order_id = @order and state = 'authorised' and amount = @amount",
            new { payment, order = order.ToString(), amount, Now = time.GetUtcNow() }, tx), cancellation);
        return await Find(order, cancellation);
    }

    public async Task<Failure?> Refund(Guid key, string payment, long amount, long refundable, CancellationToken cancellation)
    {
        try
        {
            await source.InTransaction(async tx =>
            {
                var isNew = await tx.Connection!.ExecuteAsync(
                    "insert into wallet.sandbox_refund (key, payment_id, amount, created_at) values (@key, @payment, @amount, @Now) on conflict (key) do nothing",
                    new { key = key.ToString(), payment, amount, Now = time.GetUtcNow() }, tx) == 1;
                if (isNew && await tx.Connection!.ExecuteAsync(
                        "update wallet.sandbox_payment set refunded = refunded + @amount where id = @payment and state = 'paid' and amount - refunded = @refundable and @amount <= @refundable",
                        new { payment, amount, refundable }, tx) == 0)
                    throw new FailureException(new Failure("sandbox.not_refundable", "This payment has not that much left."));
            }, cancellation);
            return null;
        }
        catch (FailureException refused)
        {
            return refused.Failure;
        }
    }

    public async Task<Result<ProviderEvent>> ReadWebhook(WebhookMessage message, CancellationToken cancellation)
    {
        if (!WebhookSignature.IsGood(await SecretAsync(cancellation), time.GetUtcNow(), message.Body.Span, message.Header(SignatureHeader)))
            return new Failure("wallet.signature", "The signature is missing, wrong or too old.", StatusCodes.Status401Unauthorized);
        try
        {
            var told = JsonSerializer.Deserialize<Message>(message.Body.Span, JsonSerializerOptions.Web);
            if (told is { Id.Length: >= 1 and <= 200, Type.Length: >= 1 and <= 100 })
                return new ProviderEvent(told.Id, told.Type, told.Order);
        }
        catch (JsonException)
        {
        }
        return new Failure("wallet.webhook", "This is no message of the sandbox.", StatusCodes.Status400BadRequest);
    }

    public async Task<IReadOnlyList<ProviderPayment>> Paid(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            $"select {Columns} from wallet.sandbox_payment where paid_at >= @from and paid_at < @until", new { from, until }, cancellationToken: cancellation)))
            .Select(row => row.ToPayment()).ToList();
    }

    public async Task<byte[]> SecretAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.ExecuteScalarAsync<byte[]>(new CommandDefinition("select secret from wallet.sandbox_merchant", cancellationToken: cancellation)))!;
    }

    /// <summary>What a webhook of the sandbox says.</summary>
    internal sealed record Message(string? Id, string? Type, Guid Order);

    private sealed record Row(string Payment, string Order, string State, long Amount, string Currency, long Refunded)
    {
        public ProviderPayment ToPayment() => new(Payment, Guid.Parse(Order), State switch
        {
            "ready" => PaymentStage.Open,
            "authorised" => PaymentStage.Authorised,
            "paid" => PaymentStage.Paid,
            _ => PaymentStage.Failed,
        }, Amount, Currency, Refunded);
    }
}
