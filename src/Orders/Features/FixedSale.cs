using Madang.Market;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>Selling at a fixed price: nothing is kept here until somebody buys.</summary>
internal sealed class FixedSale(IListings listings, IOptions<OrdersOptions> options) : ISale
{
    public SaleWay Way => SaleWay.Fixed;

    public Failure? Check(Listing listing, DateTimeOffset now) => CheckPrice(listing.Price);

    public Task Open(NpgsqlTransaction transaction, Listing listing) => ShowAsync(transaction, listing.Id, listing.Price!.Value);

    public async Task<Failure?> Change(NpgsqlTransaction transaction, Listing listing)
    {
        if (CheckPrice(listing.Price) is { } wrong)
            return wrong;
        // The listing before its numbers, as whoever buys it does.
        if (await listings.Lock(transaction, listing.Id) is not { State: ListingState.Live })
            return new Failure("listing.not_live", "This listing is not to be seen, or not any more.", StatusCodes.Status409Conflict);
        await ShowAsync(transaction, listing.Id, listing.Price!.Value);
        return null;
    }

    // Nobody has a right to it before it is paid, and then it is sold.
    public Task<Failure?> Withdraw(NpgsqlTransaction transaction, Guid listing, bool byOperator) => Task.FromResult<Failure?>(null);

    public Task<Failure?> Relist(NpgsqlTransaction transaction, Guid listing) => Task.FromResult<Failure?>(null);

    private Task ShowAsync(NpgsqlTransaction transaction, Guid listing, long price) => listings.Show(transaction, listing, new Standing(price, Bids: 0, EndsAt: null));

    private Failure? CheckPrice(long? price) => price is null or < 1 || price > options.Value.MostPrice
        ? new Failure("listing.price", $"A price is from 1 to {options.Value.MostPrice}.")
        {
            Extra = new Dictionary<string, object?>(StringComparer.Ordinal) { ["least"] = 1, ["most"] = options.Value.MostPrice },
        }
        : null;
}
