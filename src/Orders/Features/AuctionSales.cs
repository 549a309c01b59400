using Madang.Auctions;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Wallet;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>An auction sold: its order is made and paid from the hold, in the transaction that ends it.</summary>
internal sealed class AuctionSales(IWallet wallet, Announce announce, Terms terms, IOptions<OrdersOptions> options, TimeProvider time) : IAuctionSales
{
    public async Task<Guid> Sold(NpgsqlTransaction transaction, AuctionSale sale)
    {
        var now = time.GetUtcNow();
        var order = new Order
        {
            Id = Guid.CreateVersion7(now),
            Listing = sale.Listing,
            Title = sale.Title,
            Seller = sale.Seller,
            Buyer = sale.Buyer,
            Source = sale.By switch
            {
                SoldBy.Bidding => OrderSource.AuctionWin,
                SoldBy.BuyNow => OrderSource.BuyNow,
                _ => OrderSource.SecondChance,
            },
            Price = sale.Price,
            FeeRate = options.Value.FeeBasisPoints,
            Hold = sale.Hold,
            PaidAt = now,
        };
        _ = (await wallet.Move(transaction, new CaptureHold($"order:{order.Id}:paid", MoveOrder.ReferenceOf(order.Id, order.Title), sale.Buyer, sale.Hold, sale.Price))).Value;
        await OrderStore.InsertAsync(transaction, order, terms.Due(order), key: null, wish: null);
        await announce.BegunAsync(transaction, order);
        return order.Id;
    }
}
