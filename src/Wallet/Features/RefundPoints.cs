using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Wallet.Domain;
using Madang.Wallet.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>How many unused points go back.</summary>
/// <param name="Amount">In minor units.</param>
public sealed record CreateRefundRequest(long Amount);

/// <summary>A refund of unused points to where they were paid from.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="State"><c>pending</c>, <c>done</c>, <c>partly_done</c> or <c>failed</c>.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="Parts">What goes back to each charge.</param>
public sealed record RefundResource(Guid Id, long Amount, string State, DateTimeOffset CreatedAt, IReadOnlyList<RefundPartResource> Parts)
{
    internal static RefundResource Of(RefundRow row) => new(row.Id, row.Amount, StateOf(row), row.CreatedAt, [.. row.Parts.Select(part => new RefundPartResource(part.ChargeId, part.Amount, part.State, part.Failure))]);

    private static string StateOf(RefundRow row) =>
        row.Parts.Any(part => part.State == "pending") ? "pending"
        : row.Parts.All(part => part.State == "done") ? "done"
        : row.Parts.All(part => part.State == "failed") ? "failed"
        : "partly_done";
}

/// <summary>What goes back to one charge.</summary>
/// <param name="Charge">The charge's id.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="State"><c>pending</c>, <c>done</c> or <c>failed</c>; failed points are available again.</param>
/// <param name="Failure">Why the provider refused.</param>
public sealed record RefundPartResource(Guid Charge, long Amount, string State, string? Failure);

/// <summary>Unused points go back, newest charges first, those that were refused before last. They are held at once, so that nobody bids with them, and leave when the provider has paid.</summary>
internal sealed class RefundPoints(
    NpgsqlDataSource source, RefundStore refunds, LedgerStore ledger, PaymentProviders providers, WorkQueue work, IOptions<WalletOptions> options, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/wallet/refunds").RequireMember().WithTags("Wallet");
        group.MapPost("", async Task<Results<Created<RefundResource>, ProblemHttpResult>> (
                    CreateRefundRequest request, [FromHeader(Name = CreateCharge.KeyHeader)] string? key, RefundPoints refund, HttpContext context) =>
                (await refund.HandleAsync(context.Caller()!.MemberId!.Value, key, request.Amount, context.RequestAborted)).Succeeded(out var row, out var failure)
                    ? TypedResults.Created($"/api/wallet/refunds/{row.Id}", RefundResource.Of(row))
                    : failure.ToProblem())
            .RequireRecentProof()
            .WithSummary("Get unused points back to where they were paid from; needs an Idempotency-Key and a fresh proof");
        group.MapGet("/{id:guid}", async Task<Results<Ok<RefundResource>, ProblemHttpResult>> (Guid id, RefundStore store, HttpContext context) =>
                await store.FindAsync(id, context.RequestAborted) is { } row && row.MemberId == context.Caller()!.MemberId
                    ? TypedResults.Ok(RefundResource.Of(row))
                    : new Failure("wallet.refund_unknown", "You have no such refund.", StatusCodes.Status404NotFound).ToProblem())
            .WithSummary("Show one of your refunds");
    }

    /// <summary>How much of <paramref name="available"/> could go back now.</summary>
    public async Task<long> MostAsync(Guid member, long available, CancellationToken cancellation) =>
        RefundPlan.Most(available, await refunds.RefundableAsync(member, Since, providers.Names, cancellation));

    /// <summary>How much of it a member who leaves must get back before. What a provider refused to pay back may be tried again, and keeps nobody here.</summary>
    public async Task<long> OwedAsync(Guid member, long available, CancellationToken cancellation) =>
        RefundPlan.Owed(available, await refunds.RefundableAsync(member, Since, providers.Names, cancellation));

    public async Task<Result<RefundRow>> HandleAsync(Guid member, string? key, long amount, CancellationToken cancellation) =>
        CreateCharge.CheckKey(key) is { } badKey ? badKey : await source.InTransaction(tx => WriteAsync(tx, member, key!, amount, cancellation), cancellation);

    private DateTimeOffset Since => time.GetUtcNow() - TimeSpan.FromDays(options.Value.RefundDays);

    private async Task<Result<RefundRow>> WriteAsync(NpgsqlTransaction tx, Guid member, string key, long amount, CancellationToken cancellation)
    {
        var charges = await RefundStore.LockRefundableAsync(member, Since, providers.Names, tx);
        var batch = await ledger.OpenAsync(tx, new WalletScope([member], [], []), cancellation);
        // Looked up under the locks: a twin of this request has committed by now.
        if (await RefundStore.FindByKeyAsync(member, key, tx) is { } before)
            return before.Amount == amount ? before : LedgerStore.KeyReused;
        if (!RefundPlan.Split(amount, batch.Available(member), charges).Succeeded(out var plan, out var refusal))
            return refusal;

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var parts = new List<RefundPartRow>();
        foreach (var (charge, part, _) in plan)
        {
            var partId = Guid.CreateVersion7(now);
            var hold = batch.Try(new HoldPoints($"refund-hold:{partId}", new($"charge:{charge}"), member, part)).Value.Hold!.Value;
            parts.Add(new() { Id = partId, RefundId = id, ChargeId = charge, HoldId = hold, Amount = part, State = "pending", CreatedAt = now });
        }
        await batch.Write(cancellation);
        var refund = new RefundRow(id, member, key, amount, now) { Parts = parts };
        await RefundStore.InsertAsync(refund, tx);
        foreach (var part in parts)
            await work.Enqueue(tx, SendRefund.Kind, new SendRefund.Job(part.Id), key: part.Id.ToString(), ct: cancellation);
        return refund;
    }
}
