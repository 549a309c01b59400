using Dapper;
using Madang.Images;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>
/// What time does: reminders, counting as delivered, confirming, calling off; showing reviews; forgetting addresses and pictures. Each order in a transaction of its own,
/// decided anew under its lock, so that it happens once whichever node comes, and an order that makes trouble holds up no other.
/// </summary>
internal sealed partial class AdvanceOrders(
    NpgsqlDataSource source, OrderStore orders, MoveOrder move, Reviews reviews, IPictures pictures, IOptions<OrdersOptions> options, TimeProvider time, ILogger<AdvanceOrders> log)
    : IWorkHandler<AdvanceOrders.Job>
{
    public const string Kind = "orders.advance";

    public const string Cron = "20 * * * * ?";

    private const int Most = 200;

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        await EachAsync(() => orders.DueAsync(time.GetUtcNow(), Most, ct), id => move.ByHouseAsync(Actor.House, id, new PassTime(), ct), ct);
        await EachAsync(() => EndedAsync("reviews_shown_at is null", options.Value.ReviewDays, ct), id => source.InTransaction(tx => ShowReviewsAsync(tx, id), ct), ct);
        await EachAsync(() => EndedAsync("forgotten_at is null", options.Value.ForgetDays, ct), id => source.InTransaction(tx => ForgetAsync(tx, id, pictures, time.GetUtcNow()), ct), ct);
    }

    /// <summary>Deletes what is personal in an order: where it went, its parcel's number, and pictures of a complaint. The order itself stays, for the ledger and the other side.</summary>
    public static async Task ForgetAsync(NpgsqlTransaction tx, Guid id, IPictures pictures, DateTimeOffset now)
    {
        if (await OrderStore.LockAsync(tx, id) is not { EndedAt: not null })
            return;
        await AddressStore.PutAsync(tx, id, address: null);
        foreach (var picture in await ComplaintStore.TakePicturesAsync(tx, id))
            await pictures.Delete(tx, picture);
        await tx.Connection!.ExecuteAsync(
            "update orders.order set carrier = null, tracking_number = null, key = null, wish = null, forgotten_at = coalesce(forgotten_at, @now) where id = @id", new { id, now }, tx);
    }

    private async Task ShowReviewsAsync(NpgsqlTransaction tx, Guid id)
    {
        if (await OrderStore.LockAsync(tx, id) is { EndedAt: not null, ReviewsShownAt: null } row)
            await reviews.ShowAsync(tx, row, time.GetUtcNow());
    }

    private async Task<IReadOnlyList<Guid>> EndedAsync(string open, int days, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<Guid>(new CommandDefinition(
            $"select id from orders.order where {open} and ended_at <= @before order by ended_at limit @Most", new { before = time.GetUtcNow().AddDays(-days), Most }, cancellationToken: ct))).AsList();
    }

    private async Task EachAsync(Func<Task<IReadOnlyList<Guid>>> due, Func<Guid, Task> act, CancellationToken ct)
    {
        // A page at a time until nothing is left but what failed.
        for (var failed = new HashSet<Guid>(); ;)
        {
            var ids = await due();
            var fresh = ids.Where(id => !failed.Contains(id)).ToList();
            if (fresh.Count == 0)
                return;
            foreach (var id in fresh)
            {
                try
                {
                    await act(id);
                }
                catch (Exception error) when (!ct.IsCancellationRequested && !DatabaseUnavailable.Is(error))
                {
                    LogFailed(log, error, id);
                }
                // What another node did meanwhile, or what did not move, is not looked at again in this run.
                failed.Add(id);
            }
            if (ids.Count < Most)
                return;
        }
    }

    [LoggerMessage(LogLevel.Error, "Order {Order} could not be moved on by time; the next run tries again")]
    private static partial void LogFailed(ILogger log, Exception error, Guid order);

    internal sealed record Job;
}
