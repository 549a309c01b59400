using System.Globalization;
using System.Text.Json;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Wallet.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>Which day's payments are compared.</summary>
/// <param name="Provider">Whose books.</param>
/// <param name="Day">Such as 2026-11-21, in the zone of the books.</param>
public sealed record ReconcileRequest(string? Provider, DateOnly Day);

/// <summary>The ledger against a provider's books, for the payments of one day.</summary>
/// <param name="Provider">Whose books.</param>
/// <param name="Day">Which day.</param>
/// <param name="Ours">Paid less refunded, by the ledger.</param>
/// <param name="Theirs">Paid less refunded, by the provider.</param>
/// <param name="Payments">How many were compared.</param>
/// <param name="Differences">Where they differ; empty when all is well.</param>
/// <param name="MadeAt">When they were compared.</param>
public sealed record ReconciliationResource(string Provider, DateOnly Day, long Ours, long Theirs, int Payments, IReadOnlyList<Difference> Differences, DateTimeOffset MadeAt);

/// <summary>Compares a day's payments with the provider's books. What the provider has and we do not is looked up once more, which heals what was merely missed.</summary>
internal sealed partial class ReconcileDay(
    NpgsqlDataSource source, PaymentProviders providers, WorkQueue work, WalletZone zone, TimeProvider time, ILogger<ReconcileDay> log) : IWorkHandler<ReconcileDay.Job>
{
    public const string Kind = "wallet.reconcile";

    /// <summary>Every day in the small hours of Seoul, for the day before and what was missed before it.</summary>
    public const string Cron = "0 20 19 * * ?";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/operator/wallet/reconciliations").RequireOperator().WithTags("Wallet (operator)");
        group.MapGet("", async Task<Ok<IReadOnlyList<ReconciliationResource>>> (ReconcileDay reconcile, CancellationToken cancellation) => TypedResults.Ok(await reconcile.LatestAsync(60, cancellation)))
            .WithSummary("List the latest reconciliations");
        group.MapPost("", async Task<Results<Ok<ReconciliationResource>, ProblemHttpResult>> (ReconcileRequest request, ReconcileDay reconcile, CancellationToken cancellation) =>
                (await reconcile.HandleAsync(request.Provider, request.Day, cancellation)).Succeeded(out var made, out var failure) ? TypedResults.Ok(made) : failure.ToProblem())
            .WithSummary("Compare a day's payments with a provider's books");
    }

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        var yesterday = zone.Day(time.GetUtcNow()).AddDays(-1);
        var behind = new List<string>();
        foreach (var provider in providers.All)
            if (!await CatchUpAsync(provider.Name, yesterday, ct))
                behind.Add(provider.Name);
        // Tried again: the days that are done are not done twice.
        if (behind.Count > 0)
            throw new ProviderUnavailableException(string.Join(", ", behind), "not every day could be reconciled");
    }

    /// <summary>False: at least one day is still missing.</summary>
    private async Task<bool> CatchUpAsync(string provider, DateOnly yesterday, CancellationToken ct)
    {
        var complete = true;
        foreach (var day in await MissingAsync(provider, yesterday, ct))
        {
            try
            {
                // Down: it is no use to ask for the other days.
                if (!(await HandleAsync(provider, day, ct)).Succeeded(out var made, out _))
                    return false;
                if (made.Differences.Count > 0)
                    LogDifferences(log, made.Provider, made.Day, made.Differences.Count, made.Ours, made.Theirs);
            }
            catch (Exception broken) when (!ct.IsCancellationRequested && !DatabaseUnavailable.Is(broken))
            {
                // One day, or one provider, that cannot be read must not keep the others waiting.
                LogBroken(log, provider, day, broken);
                complete = false;
            }
        }
        return complete;
    }

    private async Task<IReadOnlyList<DateOnly>> MissingAsync(string provider, DateOnly yesterday, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var first = await connection.ExecuteScalarAsync<DateTimeOffset?>(new CommandDefinition(
            "select min(created_at) from wallet.charge where provider = @provider", new { provider }, cancellationToken: cancellation));
        // A day that was looked at before it had ended is not done.
        var done = (await connection.QueryAsync<(DateTime Day, DateTimeOffset MadeAt)>(new CommandDefinition(
                "select day::timestamp, made_at from wallet.reconciliation where provider = @provider order by day desc limit @most",
                new { provider, most = Reconciliation.MostDays + 1 }, cancellationToken: cancellation)))
            .Where(row => row.MadeAt >= zone.Start(DateOnly.FromDateTime(row.Day).AddDays(1)))
            .Select(row => DateOnly.FromDateTime(row.Day)).ToHashSet();
        return Reconciliation.Missing(yesterday, first is { } at ? zone.Day(at) : null, done);
    }

    public async Task<Result<ReconciliationResource>> HandleAsync(string? name, DateOnly day, CancellationToken cancellation)
    {
        if (providers.Find(name) is not { } provider)
            return new Failure("wallet.provider_unknown", "There is no such provider.", StatusCodes.Status404NotFound);
        if (day.Year < 2000 || day > zone.Day(time.GetUtcNow()))
            return new Failure("wallet.day", "Name a day that has begun.");
        try
        {
            var (from, until) = (zone.Start(day), zone.Start(day.AddDays(1)));
            var theirs = (await provider.Paid(from, until, cancellation)).ToList();
            var ours = await OursAsync(provider.Name, from, until, [.. theirs.Select(payment => payment.Order)], cancellation);
            // Paid just before midnight there and just after it here: asked for one by one.
            foreach (var our in ours.Where(our => theirs.TrueForAll(their => their.Order != our.Charge)))
                if (await provider.Find(our.Charge, cancellation) is { } their)
                    theirs.Add(their);

            var made = new ReconciliationResource(
                provider.Name, day, ours.Sum(our => our.Paid - our.Refunded), theirs.Where(their => their.Stage == PaymentStage.Paid).Sum(their => their.Amount - their.Refunded),
                Math.Max(ours.Count, theirs.Count), Reconciliation.Compare(ours, theirs), time.GetUtcNow());
            await WriteAsync(made, cancellation);
            return made;
        }
        catch (ProviderUnavailableException outage)
        {
            LogUnavailable(log, outage);
            return new Failure("wallet.provider_unavailable", "The payment service does not answer; try again in a moment.", StatusCodes.Status503ServiceUnavailable) { RetryAfter = TimeSpan.FromSeconds(10) };
        }
    }

    public async Task<IReadOnlyList<ReconciliationResource>> LatestAsync(int most, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<(string Provider, DateTime Day, long Ours, long Theirs, int Payments, string Differences, DateTimeOffset MadeAt)>(new CommandDefinition(
                "select provider, day::timestamp, ours, theirs, payments, differences::text, made_at from wallet.reconciliation order by day desc, provider limit @most",
                new { most }, cancellationToken: cancellation)))
            .Select(row => new ReconciliationResource(
                row.Provider, DateOnly.FromDateTime(row.Day), row.Ours, row.Theirs, row.Payments, JsonSerializer.Deserialize<List<Difference>>(row.Differences, JsonSerializerOptions.Web)!, row.MadeAt))
            .ToList();
    }

    private async Task<IReadOnlyList<OurPayment>> OursAsync(string provider, DateTimeOffset from, DateTimeOffset until, Guid[] orders, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<OurPayment>(new CommandDefinition(
            """
            select id as charge, payment, amount as paid, refunded, refunding from wallet.charge
            where provider = @provider and paid_at is not null and ((paid_at >= @from and paid_at < @until) or id = any(@orders))
            """, new { provider, from, until, orders }, cancellationToken: cancellation))).AsList();
    }

    private Task WriteAsync(ReconciliationResource made, CancellationToken cancellation) => source.InTransaction(async tx =>
    {
        await tx.Connection!.ExecuteAsync(
            """
            insert into wallet.reconciliation (provider, day, ours, theirs, payments, differences, made_at)
            values (@Provider, @Day::date, @Ours, @Theirs, @Payments, @Differences::jsonb, @MadeAt)
            on conflict (provider, day) do update
            set ours = excluded.ours, theirs = excluded.theirs, payments = excluded.payments, differences = excluded.differences, made_at = excluded.made_at
            """,
            new
            {
                made.Provider,
                Day = made.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                made.Ours,
                made.Theirs,
                made.Payments,
                Differences = JsonSerializer.Serialize(made.Differences, JsonSerializerOptions.Web),
                made.MadeAt,
            }, tx);
        foreach (var missed in made.Differences.Where(difference => difference.Kind == "missing_here"))
            await work.Enqueue(tx, LookAtCharge.Kind, new LookAtCharge.Job(missed.Charge, null), key: missed.Charge.ToString(), ct: cancellation);
    }, cancellation);

    [LoggerMessage(LogLevel.Error, "The books of {Provider} for {Day} differ in {Count} payments: ours {Ours}, theirs {Theirs}")]
    private static partial void LogDifferences(ILogger log, string provider, DateOnly day, int count, long ours, long theirs);

    [LoggerMessage(LogLevel.Error, "The books of {Provider} for {Day} cannot be compared; they are tried again")]
    private static partial void LogBroken(ILogger log, string provider, DateOnly day, Exception error);

    [LoggerMessage(LogLevel.Warning, "A reconciliation could not be made")]
    private static partial void LogUnavailable(ILogger log, Exception error);

    internal sealed record Job;
}
