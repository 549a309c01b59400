using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Market;
using Madang.Notifications;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Wallet;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>The way of selling that listings know: an auction begins with its listing, changes with it while nobody has bid, and goes with it.</summary>
internal sealed class SellByAuction(
    IListings listings, IWallet wallet, WorkQueue queue, INotifications notifications, Announce announce, AuctionRules rules, TimeProvider time) : ISale
{
    public const string WithdrawnKind = "auctions.withdrawn";
    public const string OfferWithdrawnKind = "auctions.offer_withdrawn";

    public SaleWay Way => SaleWay.Auction;

    public Failure? Check(Listing listing, DateTimeOffset now) => Terms.Refusal(listing.Auction, now, rules);

    public async Task Open(NpgsqlTransaction transaction, Listing listing)
    {
        var terms = listing.Auction!;
        var row = new AuctionRow(
            new Auction
            {
                Id = listing.Id,
                Seller = listing.Seller,
                StartPrice = terms.StartPrice,
                Reserve = terms.Reserve,
                BuyNow = terms.BuyNow,
                StartsAt = Instant.Of(terms.StartsAt),
                EndsAt = Instant.Of(terms.EndsAt),
                Price = terms.StartPrice,
            },
            listing.Title, Instant.Of(terms.EndsAt), 0, 0, null, null, null, null);
        await AuctionStore.InsertAsync(transaction, row, time.GetUtcNow());
        await ScheduleAsync(transaction, row);
        await listings.Show(transaction, row.Id, new Standing(row.State.Price, 0, row.State.EndsAt));
        await announce.PublishAsync(transaction, row);
    }

    public async Task<Failure?> Change(NpgsqlTransaction transaction, Listing listing)
    {
        if (await AuctionStore.LockAsync(transaction, listing.Id) is not { } row)
            return Refusals.Unknown;
        if (listing.Auction is not { } terms || row.State.Phase != Phase.Live)
            return Refusals.Ended;
        var asked = terms with { StartsAt = Instant.Of(terms.StartsAt), EndsAt = Instant.Of(terms.EndsAt) };
        var same = asked == new AuctionTerms(row.State.StartPrice, row.State.Reserve, row.State.BuyNow, row.State.StartsAt, row.PlannedEnd);
        if (same)
        {
            await AuctionStore.RenameAsync(transaction, row.Id, listing.Title);
            return null;
        }
        if (row.State.Bids > 0)
            return Refusals.HasBids;
        var now = time.GetUtcNow();
        if (now >= row.State.EndsAt)
            return Refusals.Ended;
        if (Terms.Refusal(asked, now, rules) is { } refusal)
            return refusal;
        await AuctionStore.ChangeTermsAsync(transaction, row.Id, listing.Title, asked);
        var changed = row with
        {
            State = row.State with { StartPrice = asked.StartPrice, Price = asked.StartPrice, Reserve = asked.Reserve, BuyNow = asked.BuyNow, StartsAt = asked.StartsAt, EndsAt = asked.EndsAt },
        };
        // The job that waits for the old end would come too late for an earlier one; it finds nothing to do, or the new end.
        await queue.Withdraw(transaction, CloseAuction.Kind, row.Id.ToString());
        await ScheduleAsync(transaction, changed);
        await listings.Show(transaction, row.Id, new Standing(changed.State.Price, 0, changed.State.EndsAt));
        await announce.PublishAsync(transaction, changed);
        return null;
    }

    public async Task<Failure?> Withdraw(NpgsqlTransaction transaction, Guid listing, bool byOperator)
    {
        if (await AuctionStore.LockAsync(transaction, listing) is not { } row)
            return null;
        if (row.State.Phase != Phase.Live)
        {
            await WithdrawOfferAsync(transaction, row);
            return null;
        }
        if (!byOperator && row.State.Bids > 0)
            return Refusals.HasBids;
        var standing = await BidStore.StandingAsync(transaction, listing);
        var now = time.GetUtcNow();
        if (row.State.Lead is { } lead)
        {
            var batch = await wallet.Open(transaction, new WalletScope([lead.Bidder], [], [row.Hold!.Value]));
            Holds.Move(batch, row, lead, row.Hold, after: null);
            await batch.Write();
            await BidStore.UndoAsync(transaction, [.. standing.Select(bid => bid.Id)], "withdrawn", now);
            await notifications.NotifyAll(transaction, [.. standing.Select(bid => bid.Bidder).Distinct()], WithdrawnKind, new { row.Title, Auction = row.Id }, row.Id.ToString());
        }
        var gone = (row with { State = row.State.Empty() }).Closed(Phase.Withdrawn, now);
        await AuctionStore.SaveAsync(transaction, gone);
        await announce.PublishAsync(transaction, gone);
        return null;
    }

    /// <summary>An offer that stands is a promise. Its auction stays locked, so that none is made meanwhile.</summary>
    public async Task<Failure?> Relist(NpgsqlTransaction transaction, Guid listing) =>
        await AuctionStore.LockAsync(transaction, listing) is not null && await OfferStore.ReadAsync(transaction, listing) is { } offer && offer.IsOpenAt(time.GetUtcNow()) ? Refusals.OfferOpen : null;

    /// <summary>What is taken down cannot be bought: who was asked need not think about it any longer.</summary>
    private async Task WithdrawOfferAsync(NpgsqlTransaction tx, AuctionRow row)
    {
        if (await OfferStore.ReadAsync(tx, row.Id) is not { State: "open" } offer)
            return;
        await OfferStore.EndAsync(tx, row.Id, "withdrawn", time.GetUtcNow());
        await notifications.Notify(tx, offer.BidderId, OfferWithdrawnKind, new { row.Title, Auction = row.Id }, row.Id.ToString());
    }

    private async Task ScheduleAsync(NpgsqlTransaction tx, AuctionRow row)
    {
        await CloseAuction.EnqueueAsync(queue, tx, row.Id, row.State.EndsAt + rules.Grace);
        await queue.Enqueue(tx, OpenAuction.Kind, new OpenAuction.Job(row.Id), $"{row.Id}@{row.State.StartsAt.UtcTicks}", row.State.StartsAt);
    }
}
