using Dapper;
using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>A draft goes live, a live listing is withdrawn, and what was not sold is offered once more.</summary>
internal sealed class PublishListing(NpgsqlDataSource source, MarketListings listings, SaveListing save, PictureStore pictures, Sales sales, WorkQueue work, TimeProvider time)
{
    public Task<Failure?> PublishAsync(Guid id, Guid seller, CancellationToken cancellation) => source.Decide(
        async tx =>
        {
            if (await ListingStore.LockAsync(tx, id) is not { } row || (row.SellerId != seller && !row.IsPublic))
                return ListingFailures.Unknown;
            if (row.SellerId != seller)
                return ListingFailures.NotYours;
            return row.Stands is ListingState.Draft ? await OpenAsync(tx, row.Id, seller, row.Content) : ListingFailures.NotDraft;
        },
        cancellation);

    /// <summary>From nothing to live in one transaction: where anything is refused, nothing is there.</summary>
    public Task<Result<Guid>> PublishNewAsync(Guid seller, ListingContent content, Guid? form, CancellationToken cancellation) => source.Decide<Guid>(
        async tx =>
        {
            var now = time.GetUtcNow();
            var id = form ?? Guid.CreateVersion7(now);
            Failure? failure;
            if (await ListingStore.InsertAsync(tx, id, seller, content, now))
                failure = await pictures.SetAsync(tx, id, seller, [], content.Pictures);
            // The same form a second time: what it made is there, and may be a draft yet.
            else if (!(await save.WriteAgainAsync(tx, id, seller, content)).Succeeded(out var stands, out failure) || stands is not ListingState.Draft)
                return failure is not null ? failure : id;
            failure ??= await OpenAsync(tx, id, seller, content);
            return failure is not null ? failure : id;
        },
        cancellation);

    /// <summary>A locked draft, checked by the rules of what sells it, opens in one transaction with its sale.</summary>
    private async Task<Failure?> OpenAsync(NpgsqlTransaction tx, Guid id, Guid seller, ListingContent content)
    {
        if (content.Missing() is { } missing)
            return missing;
        if (sales.Find(content.Way) is not { } sale)
            return ListingFailures.WayUnavailable;
        var now = time.GetUtcNow();
        if (content.Auction.Whole(now) is { } terms && terms.StartsAt >= terms.EndsAt)
            return EndsBeforeStart;
        var draft = listings.Of(id, seller, content, ListingState.Draft, publishedAt: null) with { Auction = content.Auction.Whole(now) };
        if (sale.Check(draft, now) is { } refused)
            return refused;
        var live = draft with { State = ListingState.Live, PublishedAt = now };
        await ListingStore.PublishAsync(tx, live, now);
        await sale.Open(tx, live);
        await work.Enqueue(tx, TellSearchers.Kind, new TellSearchers.Job(id), key: id.ToString());
        return null;
    }

    /// <summary>Its seller takes a live listing back. What sells it is locked, and asked, first.</summary>
    public Task<Failure?> WithdrawAsync(Guid id, Guid seller, CancellationToken cancellation) => source.Decide(
        async tx =>
        {
            if (await ListingStore.ReadAsync(tx, id) is not { } seen || (seen.SellerId != seller && !seen.IsPublic))
                return ListingFailures.Unknown;
            if (seen.SellerId != seller)
                return ListingFailures.NotYours;
            if (seen.Stands is not ListingState.Live)
                return ListingFailures.NotLive;
            if (sales.Find(seen.Content.Way) is { } sale && await sale.Withdraw(tx, id, byOperator: false) is { } refused)
                return refused;
            return await ListingStore.EndAsync(tx, id, ListingState.Withdrawn, time.GetUtcNow(), reason: null, ListingState.Live) ? null : ListingFailures.NotLive;
        },
        cancellation);

    /// <summary>
    /// A copy of what was not sold goes live at once, with the same pictures and terms; an auction takes as long as it did before, from now. Once: who lists it again
    /// relists the copy.
    /// </summary>
    public Task<Result<Guid>> RelistAsync(Guid id, Guid seller, CancellationToken cancellation) => source.Decide<Guid>(
        async tx =>
        {
            if (await ListingStore.ReadAsync(tx, id) is not { } seen || (seen.SellerId != seller && !seen.IsPublic))
                return ListingFailures.Unknown;
            if (seen.SellerId != seller)
                return ListingFailures.NotYours;
            // What sold it is locked, and asked, first: somebody may have been promised it.
            if (sales.Find(seen.Content.Way) is { } sale && await sale.Relist(tx, id) is { } promised)
                return promised;
            if (await ListingStore.LockAsync(tx, id) is not { } row || row.Stands is not (ListingState.Unsold or ListingState.Withdrawn))
                return new Failure("listing.not_relistable", "Only what was not sold can be listed again.", StatusCodes.Status409Conflict);
            if (await ListingStore.IsRelistedAsync(tx, id))
                return new Failure("listing.relisted", "It was listed again already.", StatusCodes.Status409Conflict);
            var now = time.GetUtcNow();
            var copy = Guid.CreateVersion7(now);
            var content = row.Content with { Auction = Again(row.Content.Auction, now) };
            await ListingStore.InsertAsync(tx, copy, seller, content, now, relistedFrom: id);
            // Nobody gets away from a report by listing again.
            await tx.Connection!.ExecuteAsync("update market.report set listing_id = @copy where listing_id = @id and state = 'open'", new { copy, id }, tx);
            if (await pictures.SetAsync(tx, copy, seller, [], content.Pictures) is { } failure || (failure = await OpenAsync(tx, copy, seller, content)) is not null)
                return failure;
            return copy;
        },
        cancellation);

    private static DraftTerms Again(DraftTerms terms, DateTimeOffset now) => terms.EndsAt is { } ends && terms.StartsAt is { } starts
        ? terms with { StartsAt = null, EndsAt = now + (ends - starts) }
        : terms;

    private static Failure EndsBeforeStart
    {
        get
        {
            var wrong = new FieldErrors();
            wrong.Add("endsAt", "ends_at", "An auction ends after it starts, and in the future.");
            return wrong.Failure!;
        }
    }
}
