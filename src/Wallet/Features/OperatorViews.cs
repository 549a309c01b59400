using Dapper;
using Madang.Platform.Web;
using Madang.Wallet.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>A webhook that came.</summary>
/// <param name="Id">Its id here.</param>
/// <param name="Provider">Who sent it.</param>
/// <param name="EventId">Its id there.</param>
/// <param name="Type">The provider's word for what happened.</param>
/// <param name="Charge">Which charge it was about.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="ProcessedAt">When we had asked the provider about it.</param>
/// <param name="Outcome">What became of the charge by that.</param>
/// <param name="Payload">The message as it came.</param>
public sealed record EventResource(
    Guid Id, string Provider, string EventId, string Type, Guid Charge, DateTimeOffset ReceivedAt, DateTimeOffset? ProcessedAt, string? Outcome, string Payload);

/// <summary>A page of webhooks, newest first.</summary>
/// <param name="Items">The webhooks.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; absent on the last.</param>
public sealed record EventPage(IReadOnlyList<EventResource> Items, string? Next);

/// <summary>Something in the books that must not be.</summary>
/// <param name="Problem">What kind.</param>
/// <param name="Subject">Where.</param>
/// <param name="Detail">Which figures.</param>
public sealed record LedgerProblem(string Problem, string Subject, string Detail);

/// <summary>The books as a whole.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Members">What members own, held points included.</param>
/// <param name="Held">How much of it is held.</param>
/// <param name="Escrow">Paid for and not handed over yet.</param>
/// <param name="Providers">What providers have been paid, less what they paid back.</param>
/// <param name="Revenue">Fees, less rewards and corrections.</param>
/// <param name="Problems">Where the books disagree with themselves; empty when all is well.</param>
public sealed record LedgerResource(string Currency, long Members, long Held, long Escrow, long Providers, long Revenue, IReadOnlyList<LedgerProblem> Problems);

/// <summary>What the operator looks at.</summary>
internal sealed class OperatorViews(NpgsqlDataSource source, EventStore events, Microsoft.Extensions.Options.IOptions<WalletOptions> options)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/operator/wallet").RequireOperator().WithTags("Wallet (operator)");
        group.MapGet("", async Task<Ok<LedgerResource>> (OperatorViews views, CancellationToken cancellation) => TypedResults.Ok(await views.LedgerAsync(cancellation)))
            .WithSummary("Show the books as a whole, checked line by line");
        group.MapGet("/events", async Task<Results<Ok<EventPage>, ProblemHttpResult>> (string? after, int? limit, OperatorViews views, CancellationToken cancellation) =>
                Cursor.TryRead(after, out var cursor, out var failure)
                    ? TypedResults.Ok(await views.EventsAsync(cursor, Math.Clamp(limit ?? 50, 1, 200), cancellation))
                    : failure.ToProblem())
            .WithSummary("List what providers told, newest first");
        group.MapGet("/members/{member:guid}", async Task<Ok<Balance>> (Guid member, IWallet wallet, CancellationToken cancellation) => TypedResults.Ok(await wallet.BalanceOf(member, cancellation)))
            .WithSummary("Show a member's balance");
    }

    public async Task<EventPage> EventsAsync(Cursor? after, int limit, CancellationToken cancellation)
    {
        var rows = await events.ListAsync(after, limit + 1, cancellation);
        return new EventPage(
            [.. rows.Take(limit).Select(row => new EventResource(row.Id, row.Provider, row.EventId, row.Type, row.ChargeId, row.ReceivedAt, row.ProcessedAt, row.Outcome, row.Payload))],
            rows.Count > limit ? new Cursor(rows[limit - 1].ReceivedAt, rows[limit - 1].Id).ToString() : null);
    }

    public async Task<LedgerResource> LedgerAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var balances = (await connection.QueryAsync<(string Kind, long Balance)>(new CommandDefinition(
            "select kind, sum(balance)::bigint from wallet.account group by kind", cancellationToken: cancellation))).ToDictionary(row => row.Kind, row => row.Balance, StringComparer.Ordinal);
        var problems = (await connection.QueryAsync<LedgerProblem>(new CommandDefinition("select problem, subject, detail from wallet.check() limit 100", cancellationToken: cancellation))).AsList();
        return new LedgerResource(options.Value.Currency, Of("available") + Of("held"), Of("held"), Of("escrow"), -Of("provider"), Of("revenue"), problems);

        long Of(string kind) => balances.GetValueOrDefault(kind);
    }
}
