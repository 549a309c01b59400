using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Wallet;

namespace Madang.Auctions.Features;

/// <summary>The leader's maximum is set aside, and nobody else's: whatever happened in between, at most two movements bring the wallet from one leader to another.</summary>
internal static class Holds
{
    public static Reference For(AuctionRow auction) => new($"auction:{auction.Id}", auction.Title);

    /// <summary>Decides the movements in an open batch; gives the hold that stands afterwards.</summary>
    public static Guid? Move(IWalletBatch wallet, AuctionRow auction, Lead? before, Guid? hold, Lead? after)
    {
        if (before is not null && before.Bidder == after?.Bidder)
        {
            if (before.Maximum != after.Maximum)
                _ = wallet.Try(new ChangeHold(Key(auction, "change"), For(auction), after.Bidder, hold!.Value, after.Maximum)).Value;
            return hold;
        }
        if (before is not null)
            _ = wallet.Try(new ReleaseHold(Key(auction, "release"), For(auction), before.Bidder, hold!.Value)).Value;
        return after is null ? null : wallet.Try(new HoldPoints(Key(auction, "hold"), For(auction), after.Bidder, after.Maximum)).Value.Hold;
    }

    // What is moved, and whether, the auction's locked row says: a repeated bid finds itself on record there and moves nothing.
    private static string Key(AuctionRow auction, string what) => $"auction:{auction.Id}:{what}:{Guid.CreateVersion7()}";
}
