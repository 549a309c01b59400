using System.Globalization;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Wallet.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>How many points are wanted.</summary>
/// <param name="Amount">In minor units of the wallet's currency.</param>
/// <param name="Provider">Which provider; by default the first that is on.</param>
public sealed record CreateChargeRequest(long Amount, string? Provider);

/// <summary>A charge: points that are bought.</summary>
/// <param name="Id">Its id, which is the order's id at the provider.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Provider">Who takes the money.</param>
/// <param name="State"><c>created</c>, <c>pending</c>, <c>paid</c>, <c>failed</c>, <c>cancelled</c> or <c>refunded</c>.</param>
/// <param name="Failure">Why it failed: <c>declined</c>, <c>cancelled</c>, <c>expired</c>, <c>mismatch</c>, <c>refused</c>.</param>
/// <param name="CheckoutUrl">Where the payer's browser goes, while it can be paid; absolute, or from the root.</param>
/// <param name="Refunded">What went back of it.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="PaidAt">When the points were credited.</param>
public sealed record ChargeResource(
    Guid Id, long Amount, string Currency, string Provider, string State, string? Failure, string? CheckoutUrl, long Refunded, DateTimeOffset CreatedAt, DateTimeOffset? PaidAt)
{
    internal static ChargeResource Of(ChargeRow row) => new(
        row.Id, row.Amount, row.Currency, row.Provider, row.State, row.Failure, row.IsOpen ? row.CheckoutUrl : null, row.Refunded, row.CreatedAt, row.PaidAt);
}

/// <summary>A member wants points: a row first, then a checkout at the provider. Nothing is credited here.</summary>
internal sealed partial class CreateCharge(
    NpgsqlDataSource source, LedgerStore ledger, ChargeStore charges, PaymentProviders providers, PublicUrl site, IStringLocalizer<WalletText> text,
    IOptions<WalletOptions> options, TimeProvider time, ILogger<CreateCharge> log)
{
    public const string KeyHeader = "Idempotency-Key";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/wallet/charges").RequireMember().WithTags("Wallet");
        group.MapPost("", async Task<Results<Created<ChargeResource>, ProblemHttpResult>> (
                    CreateChargeRequest request, [FromHeader(Name = KeyHeader)] string? key, CreateCharge create, HttpContext context) =>
                (await create.HandleAsync(context.Caller()!.MemberId!.Value, key, request.Amount, request.Provider, context.RequestAborted)).Succeeded(out var row, out var failure)
                    ? TypedResults.Created($"/api/wallet/charges/{row.Id}", ChargeResource.Of(row))
                    : failure.ToProblem())
            .WithSummary("Buy points: answers where the payer's browser goes; needs an Idempotency-Key");
        group.MapGet("/{id:guid}", async Task<Results<Ok<ChargeResource>, ProblemHttpResult>> (Guid id, ChargeStore store, HttpContext context) =>
                await store.FindAsync(id, context.RequestAborted) is { } row && row.MemberId == context.Caller()!.MemberId
                    ? TypedResults.Ok(ChargeResource.Of(row))
                    : Unknown.ToProblem())
            .WithSummary("Show one of your charges");
    }

    public static Failure Unknown => new("wallet.charge_unknown", "You have no such charge.", StatusCodes.Status404NotFound);

    public static Failure? CheckKey(string? key) => key is { Length: >= 1 and <= 200 } && key.All(letter => letter is > ' ' and < '\x7f')
        ? null
        : new Failure("wallet.key", $"Send the header `{KeyHeader}` with 1 to 200 letters of your own making, the same for every repeat.");

    public async Task<Result<ChargeRow>> HandleAsync(Guid member, string? key, long amount, string? providerName, CancellationToken cancellation)
    {
        if (CheckKey(key) is { } badKey)
            return badKey;
        if ((providerName is null ? providers.Default : providers.Find(providerName)) is not { } provider)
            return new Failure("wallet.no_provider", "Points cannot be bought here at the moment.", StatusCodes.Status503ServiceUnavailable);
        if (CheckAmount(amount) is { } badAmount)
            return badAmount;

        var written = await source.InTransaction(tx => WriteAsync(tx, member, key!, amount, provider.Name, cancellation), cancellation);
        if (!written.Succeeded(out var row, out var failure) || row.State != "created")
            return failure is null ? row! : failure;
        return await OpenAsync(row, provider, cancellation);
    }

    private Failure? CheckAmount(long amount) => amount < options.Value.MinCharge || amount > options.Value.MaxCharge
        ? new Failure("wallet.charge_amount", $"A charge is from {Text(options.Value.MinCharge)} to {Text(options.Value.MaxCharge)}.")
        {
            Extra = new Dictionary<string, object?>(StringComparer.Ordinal) { ["least"] = options.Value.MinCharge, ["most"] = options.Value.MaxCharge },
        }
        : null;

    /// <summary>Under the lock of the member's accounts, so that two charges with one key, or over a limit together, are one after the other.</summary>
    private async Task<Result<ChargeRow>> WriteAsync(NpgsqlTransaction tx, Guid member, string key, long amount, string provider, CancellationToken cancellation)
    {
        var batch = await ledger.OpenAsync(tx, new WalletScope([member], [], []), cancellation);
        if (await ChargeStore.FindByKeyAsync(member, key, tx) is { } before)
            return before.Amount == amount && before.Provider == provider ? before : LedgerStore.KeyReused;
        var now = time.GetUtcNow();
        var (charged, open, openAmount) = await ChargeStore.TotalsAsync(member, now - TimeSpan.FromDays(1), tx);
        if (open >= options.Value.MaxOpenCharges)
            return new Failure("wallet.too_many_open", "Too many of your charges are unpaid; pay one, or wait until they are given up.", StatusCodes.Status429TooManyRequests)
            {
                RetryAfter = TimeSpan.FromMinutes(options.Value.CheckoutMinutes),
            };
        if (charged + amount > options.Value.MaxChargedPerDay)
            return new Failure("wallet.daily_limit", $"No more than {Text(options.Value.MaxChargedPerDay)} can be charged in 24 hours.");
        if (batch.Total(member) + openAmount + amount > options.Value.MaxBalance)
            return new Failure("wallet.balance_limit", $"No more than {Text(options.Value.MaxBalance)} can be owned by charging.");
        var row = new ChargeRow
        {
            Id = Guid.CreateVersion7(now),
            MemberId = member,
            Key = key,
            Amount = amount,
            Currency = options.Value.Currency,
            Provider = provider,
            State = "created",
            CreatedAt = now,
        };
        await ChargeStore.InsertAsync(row, now.AddSeconds(options.Value.LookAfterSeconds), tx);
        return row;
    }

    private async Task<Result<ChargeRow>> OpenAsync(ChargeRow row, IPaymentProvider provider, CancellationToken cancellation)
    {
        try
        {
            var order = new CheckoutOrder(row.Id, row.Amount, row.Currency, text["Charge.OrderName"], new Uri(site.Of($"/wallet/return/{row.Provider}/{row.Id}")));
            if ((await provider.OpenCheckout(order, cancellation)).Succeeded(out var checkout, out var refusal))
                return await charges.SetPendingAsync(row.Id, checkout, cancellation);
            await source.InTransaction(tx => ChargeStore.SetEndedAsync(row.Id, "failed", "refused", lookAt: null, tx, from: "created"), cancellation);
            return refusal;
        }
        catch (ProviderUnavailableException outage)
        {
            LogUnavailable(log, outage);
            return new Failure("wallet.provider_unavailable", "The payment service does not answer; try again in a moment, with the same key.", StatusCodes.Status503ServiceUnavailable)
            {
                RetryAfter = TimeSpan.FromSeconds(10),
            };
        }
    }

    private static string Text(long amount) => amount.ToString("N0", CultureInfo.CurrentCulture);

    [LoggerMessage(LogLevel.Warning, "A checkout could not be opened")]
    private static partial void LogUnavailable(ILogger log, Exception error);
}
