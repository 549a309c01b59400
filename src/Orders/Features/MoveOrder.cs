using Madang.Auctions;
using Madang.Market;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Wallet;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>
/// The one way by which an order moves: its row is locked, the rules decide, and what follows (the listing, the money, the history, who is told) is written with it.
/// Lock order: order, auction, listing, wallet, reputations.
/// </summary>
internal sealed class MoveOrder(NpgsqlDataSource source, OrderStore orders, ISoldAuctions auctions, IListings listings, IWallet wallet, Announce announce, Terms terms, TimeProvider time)
{
    public static Failure Unknown => new("order.unknown", "You have no such order.", StatusCodes.Status404NotFound);

    /// <summary>One of the two sides does something; to others there is no such order.</summary>
    /// <param name="member">Who.</param>
    /// <param name="id">The order.</param>
    /// <param name="command">What is wished.</param>
    /// <param name="with">What belongs to it, in the same transaction, once it was allowed; a failure takes all of it back.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Result<Order>> BySideAsync(Guid member, Guid id, OrderCommand command, CancellationToken cancellation, Func<NpgsqlTransaction, Order, Task<Failure?>>? with = null) =>
        InTransactionAsync(id, row => SideOf(row, member), command, with, cancellation);

    /// <summary>Whether a side could do something now, without doing it; null: yes.</summary>
    public async Task<Failure?> AskAsync(Guid member, Guid id, OrderCommand command, CancellationToken cancellation) =>
        await orders.FindAsync(id, cancellation) is { } row && SideOf(row, member) is { } actor ? OrderRules.Decide(row.ToDomain(), command, actor, time.GetUtcNow(), terms).Failure : Unknown;

    private static Actor? SideOf(OrderRow row, Guid member) => row.BuyerId == member ? Actor.Buyer : row.SellerId == member ? Actor.Seller : null;

    /// <summary>The operator, or time, does something.</summary>
    public Task<Result<Order>> ByHouseAsync(Actor actor, Guid id, OrderCommand command, CancellationToken cancellation, Func<NpgsqlTransaction, Order, Task<Failure?>>? with = null) =>
        InTransactionAsync(id, _ => actor, command, with, cancellation);

    private async Task<Result<Order>> InTransactionAsync(
        Guid id, Func<OrderRow, Actor?> who, OrderCommand command, Func<NpgsqlTransaction, Order, Task<Failure?>>? with, CancellationToken cancellation)
    {
        try
        {
            return await source.InTransaction<Result<Order>>(async tx =>
            {
                if (await OrderStore.LockAsync(tx, id) is not { } row || who(row) is not { } actor)
                    return Unknown;
                // The time is read under the lock: of two who come together, the second is judged by when its turn came.
                var now = time.GetUtcNow();
                if (!OrderRules.Decide(row.ToDomain(), command, actor, now, terms).Succeeded(out var decision, out var refused))
                    return refused;
                await WriteAsync(tx, row, decision, now, cancellation);
                if (with is not null && await with(tx, decision.Order) is { } failure)
                    throw new FailureException(failure);
                return decision.Refusal is { } refusal ? refusal : decision.Order;
            }, cancellation);
        }
        catch (FailureException taken)
        {
            return taken.Failure;
        }
    }

    private async Task WriteAsync(NpgsqlTransaction tx, OrderRow row, Decision decision, DateTimeOffset now, CancellationToken cancellation)
    {
        var order = decision.Order;
        if (order.IsFinal)
        {
            // The sale is off, and the thing may be offered again. A listing that is no longer sold stays as it is: that is no reason to keep the money.
            if (order.State is not OrderState.Released)
            {
                if (order.Source is not OrderSource.FixedPrice)
                    await auctions.CalledOff(tx, order.Listing, order.Id);
                _ = await listings.End(tx, order.Listing, ListingState.Unsold);
            }
            await SettleAsync(tx, order, cancellation);
        }
        await OrderStore.SaveAsync(tx, row, decision, terms.Due(order), now);
        if (order.IsFinal)
            await ReputationStore.RecountAsync(tx, [order.Seller, order.Buyer]);
        await announce.TellAsync(tx, order, decision.Events);
    }

    /// <summary>Empties escrow: back to the buyer, the rest to the seller less the fee, in one call.</summary>
    private async Task SettleAsync(NpgsqlTransaction tx, Order order, CancellationToken cancellation)
    {
        var reference = ReferenceOf(order.Id, order.Title);
        var movements = new List<Movement>(2);
        if (order.Refunded > 0)
            movements.Add(new RefundBuyer($"order:{order.Id}:refund", reference, order.Buyer, order.Hold, order.Refunded));
        if (order.PaidOut + order.Fee > 0)
            movements.Add(new PayOut($"order:{order.Id}:release", reference, order.Buyer, order.Hold, order.PaidOut + order.Fee, order.Seller, order.Fee));
        foreach (var moved in await wallet.Move(tx, movements, cancellation))
            _ = moved.Value;
    }

    public static Reference ReferenceOf(Guid order, string title) => new($"order:{order}", title);
}
