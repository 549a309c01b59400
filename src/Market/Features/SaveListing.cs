using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>
/// A seller writes: a draft at first, in one transaction with its pictures, so that there is all of it or nothing. Of a live listing words and pictures may change at any
/// time; price and terms as far as what sells it allows.
/// </summary>
internal sealed class SaveListing(NpgsqlDataSource source, MarketListings listings, PictureStore pictures, Sales sales, TimeProvider time)
{
    public const int MostDrafts = 50;

    private static Failure TooManyDrafts => new("listing.too_many_drafts", $"You have {MostDrafts} drafts. Publish or delete some first.", StatusCodes.Status409Conflict);

    /// <param name="seller">Who writes.</param>
    /// <param name="content">What.</param>
    /// <param name="form">The form's own id, which becomes the listing's: a form that is sent twice makes one listing, of what it said last. Null: any.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Result<Guid>> CreateAsync(Guid seller, ListingContent content, Guid? form, CancellationToken cancellation) => source.Decide<Guid>(
        async tx =>
        {
            var drafts = await ListingStore.CountDraftsAsync(tx, seller);
            var now = time.GetUtcNow();
            var id = form ?? Guid.CreateVersion7(now);
            if (!await ListingStore.InsertAsync(tx, id, seller, content, now))
                return (await WriteAgainAsync(tx, id, seller, content)).Failure is { } refused ? refused : id;
            if (drafts >= MostDrafts)
                return TooManyDrafts;
            return await pictures.SetAsync(tx, id, seller, [], content.Pictures) is { } failure ? failure : id;
        },
        cancellation);

    /// <summary>
    /// A new listing's form was sent before, and made one: by a second press, or because the answer was lost. What it says now is written over the draft; what is published
    /// already stays, and it is said when the form says something else.
    /// </summary>
    /// <returns>How it stands, locked: a draft of this content, or what was published with it; 409 <c>listing.not_draft</c>, or <c>listing.changed</c> where it is not this seller's.</returns>
    public async Task<Result<ListingState>> WriteAgainAsync(NpgsqlTransaction tx, Guid id, Guid seller, ListingContent content)
    {
        if (await ListingStore.LockAsync(tx, id) is not { } row || row.SellerId != seller)
            return ListingFailures.Changed;
        // The same words are not written again: a window that went on from them knows their version.
        if (row.Content.IsSame(row.Stands is ListingState.Draft ? content : AsPublished(content, row)))
            return row.Stands;
        if (row.Stands is not ListingState.Draft)
            return ListingFailures.NotDraft;
        await ListingStore.UpdateAsync(tx, id, content, time.GetUtcNow());
        return await pictures.SetAsync(tx, id, seller, row.Pictures, content.Pictures) is { } failure ? failure : row.Stands;
    }

    public Task<Failure?> ChangeAsync(Guid id, Guid seller, ListingContent content, CancellationToken cancellation) => source.Decide(
        async tx =>
        {
            if (await ListingStore.ReadAsync(tx, id) is not { } seen)
                return ListingFailures.Unknown;
            if (seen.SellerId != seller)
                return seen.IsPublic ? ListingFailures.NotYours : ListingFailures.Unknown;
            var wished = seen.Stands is ListingState.Draft ? content : AsPublished(content, seen);
            if (seen.Stands is not ListingState.Draft && (wished.Missing() is { } failure || (failure = Refusal(seen, wished)) is not null))
                return failure;
            // What sells it is locked before the listing is, and told of every edit: messages about it carry its title.
            if (seen.Stands is ListingState.Live && await sales.Find(wished.Way)!.Change(tx, listings.Of(id, seller, wished, ListingState.Live, seen.PublishedAt)) is { } refused)
                return refused;
            if (await ListingStore.LockAsync(tx, id) is not { } row || row.State != seen.State)
                return ListingFailures.Changed;
            await ListingStore.UpdateAsync(tx, id, wished, time.GetUtcNow());
            // Of an auction only what runs it knows the numbers: there may be bids by now.
            if (row.Stands is ListingState.Live && wished.Price is { } price && price != row.Price)
                await ListingStore.ShowAsync(tx, id, new Standing(price, 0, null));
            return await pictures.SetAsync(tx, id, seller, row.Pictures, wished.Pictures);
        },
        cancellation);

    /// <summary>
    /// Writes a draft as its form stands, while its seller types: only over a version that the form has shown or written, so that neither another window nor what was published
    /// meanwhile is overwritten by nobody's wish. The form names each of its writings before it is sent, and knows its own when no answer came.
    /// </summary>
    /// <param name="id">The draft.</param>
    /// <param name="seller">Who types.</param>
    /// <param name="content">What stands in the form.</param>
    /// <param name="over">The versions that it may be written over.</param>
    /// <param name="version">What this writing is called. Sent twice, it is written once.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>When it was written; 409 <c>listing.changed</c> or <c>listing.not_draft</c>, 404 <c>listing.unknown</c>.</returns>
    public Task<Result<DateTimeOffset>> AutosaveAsync(Guid id, Guid seller, ListingContent content, IReadOnlyCollection<Guid> over, Guid version, CancellationToken cancellation) =>
        source.Decide<DateTimeOffset>(
            async tx =>
            {
                if (await ListingStore.LockAsync(tx, id) is not { } row || row.SellerId != seller)
                    return ListingFailures.Unknown;
                if (row.Stands is not ListingState.Draft)
                    return ListingFailures.NotDraft;
                if (row.Version == version)
                    return row.UpdatedAt;
                if (!over.Contains(row.Version))
                    return ListingFailures.Changed;
                var now = time.GetUtcNow();
                await ListingStore.UpdateAsync(tx, id, content, now, version);
                return await pictures.SetAsync(tx, id, seller, row.Pictures, content.Pictures) is { } failure ? failure : now;
            },
            cancellation);

    /// <summary>An auction that started when it was published keeps that time unless another is named.</summary>
    private static ListingContent AsPublished(ListingContent content, ListingRow row) =>
        content.Way is SaleWay.Auction && content.Auction.StartsAt is null ? content with { Auction = content.Auction with { StartsAt = row.StartsAt } } : content;

    private Failure? Refusal(ListingRow row, ListingContent wished)
    {
        if (row.Stands is not ListingState.Live)
            return ListingFailures.NotLive;
        if (wished.Way.Code() != row.Way)
            return ListingFailures.WayFixed;
        return sales.Offers(wished.Way) ? null : ListingFailures.WayUnavailable;
    }

    /// <summary>Deletes a draft with its pictures.</summary>
    public Task<Failure?> DeleteAsync(Guid id, Guid seller, CancellationToken cancellation) => source.Decide(
        async tx =>
        {
            if (await ListingStore.LockAsync(tx, id) is not { } row || (row.SellerId != seller && !row.IsPublic))
                return ListingFailures.Unknown;
            if (row.SellerId != seller)
                return ListingFailures.NotYours;
            if (row.Stands is not ListingState.Draft)
                return ListingFailures.NotDraft;
            await ListingStore.DeleteDraftAsync(tx, id);
            await pictures.DropAsync(tx, row.Pictures);
            return null;
        },
        cancellation);
}
