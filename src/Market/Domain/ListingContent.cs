using Madang.Platform.Web;

namespace Madang.Market.Domain;

/// <summary>The terms of an auction as far as they are written yet.</summary>
/// <param name="StartPrice">The least first bid.</param>
/// <param name="Reserve">The seller's secret.</param>
/// <param name="BuyNow">Or none.</param>
/// <param name="StartsAt">Null: when it is published.</param>
/// <param name="EndsAt">The first moment that is too late.</param>
internal sealed record DraftTerms(long? StartPrice, long? Reserve, long? BuyNow, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt)
{
    /// <summary>As PostgreSQL keeps times: whole microseconds in UTC. So that terms which were read, and are written back, are the same.</summary>
    public DraftTerms Kept() => this with { StartsAt = Micros(StartsAt), EndsAt = Micros(EndsAt) };

    private static DateTimeOffset? Micros(DateTimeOffset? at) => at is { } known ? new DateTimeOffset(known.UtcTicks - (known.UtcTicks % 10), TimeSpan.Zero) : null;

    public static DraftTerms None { get; } = new(null, null, null, null, null);

    /// <summary>The terms, once they are whole.</summary>
    public AuctionTerms? Whole(DateTimeOffset? publishedAt) => StartPrice is { } start && EndsAt is { } ends && (StartsAt ?? publishedAt) is { } starts
        ? new AuctionTerms(start, Reserve, BuyNow, starts, ends)
        : null;
}

/// <summary>What a seller writes. A draft may lack anything; <see cref="Missing"/> says what it lacks to be published.</summary>
internal sealed record ListingContent(
    ListingKind Kind, string Title, string Description, string? Category, Condition? Condition, IReadOnlyList<string> Hashtags, IReadOnlyList<Guid> Pictures,
    SaleWay Way, long? Price, DraftTerms Auction)
{
    public const int MostTitle = 80;

    public const int MostDescription = 5000;

    public const int MostPictures = 12;

    public const long MostPrice = 1_000_000_000_000;

    /// <summary>Puts what was typed into the form in which it is kept, or says of each field what is wrong with it.</summary>
    public static Result<ListingContent> Read(
        ListingKind kind, string? title, string? description, string? category, Condition? condition, IReadOnlyList<string?>? hashtags, IReadOnlyList<Guid>? pictures,
        SaleWay way, long? price, DraftTerms? auction)
    {
        var wrong = new FieldErrors();
        var line = PlainText.Line(title);
        if (line is null || line.Length > MostTitle)
            wrong.Add("title", "title", $"A title is one line of at most {MostTitle} letters, without control characters.");
        var text = PlainText.Paragraphs(description);
        if (text is null || text.Length > MostDescription)
            wrong.Add("description", "description", $"A description has at most {MostDescription} letters, and no control characters but line ends.");
        if (!string.IsNullOrEmpty(category) && (Categories.Find(category) is not { Depth: > 0 } known || known.Root != kind.Code()))
            wrong.Add("category", "category", "Choose a category below that of the kind; GET /api/market/categories lists them.");
        var tags = (hashtags ?? []).Select(Domain.Hashtags.Read).ToList();
        if (tags.Contains(null) || tags.Distinct(StringComparer.Ordinal).Count() > Domain.Hashtags.Most)
            wrong.Add("hashtags", "hashtags", $"At most {Domain.Hashtags.Most} hashtags, each of 1 to {Domain.Hashtags.MostLetters} letters, digits or underscores.");
        if (pictures is { Count: > MostPictures } || pictures?.Distinct().Count() != pictures?.Count)
            wrong.Add("pictures", "pictures", $"At most {MostPictures} pictures, each once.");
        ReadPrices(wrong, way, price, auction ?? DraftTerms.None);
        if (wrong.Failure is { } failure)
            return failure;
        return new ListingContent(
            kind, line!, text!, string.IsNullOrEmpty(category) ? null : category, condition, [.. tags.OfType<string>().Distinct(StringComparer.Ordinal)], pictures ?? [],
            way, way is SaleWay.Fixed ? price : null, way is SaleWay.Auction && auction is not null ? auction.Kept() : DraftTerms.None);
    }

    private static void ReadPrices(FieldErrors wrong, SaleWay way, long? price, DraftTerms auction)
    {
        if (way is SaleWay.Fixed)
        {
            Amount(wrong, "price", price);
            return;
        }
        Amount(wrong, "startPrice", auction.StartPrice);
        Amount(wrong, "reserve", auction.Reserve);
        Amount(wrong, "buyNow", auction.BuyNow);
        // The year 1 and the year 9999 are no times of an auction, and overflow in other time zones.
        if (auction.StartsAt is { Year: < 2000 or > 2200 })
            wrong.Add("startsAt", "starts_at", "This is no time at which an auction can start.");
        if (auction.EndsAt is { Year: < 2000 or > 2200 } || auction.StartsAt >= auction.EndsAt)
            wrong.Add("endsAt", "ends_at", "An auction ends after it starts.");
    }

    private static void Amount(FieldErrors wrong, string field, long? amount)
    {
        if (amount is < 1 or > MostPrice)
            wrong.Add(field, Codes.Name(field), $"A price is a whole amount from 1 to {MostPrice}.");
    }

    /// <summary>Whether another says the same: a record takes lists of the same things for different ones.</summary>
    public bool IsSame(ListingContent other) =>
        this == other with { Hashtags = Hashtags, Pictures = Pictures } && Hashtags.SequenceEqual(other.Hashtags) && Pictures.SequenceEqual(other.Pictures);

    /// <summary>What must still be written before this can be published; null when nothing is missing.</summary>
    public Failure? Missing()
    {
        var wrong = new FieldErrors();
        if (Title.Length == 0)
            wrong.Add("title", "title", "Give it a title.");
        if (Description.Length == 0)
            wrong.Add("description", "description", "Describe it.");
        if (Category is null)
            wrong.Add("category", "category", "Choose a category.");
        if (Kind is ListingKind.Goods && Condition is null)
            wrong.Add("condition", "condition", "Say in what condition it is.");
        if (Hashtags.Count == 0)
            wrong.Add("hashtags", "hashtags", "Give it at least one hashtag.");
        if (Pictures.Count == 0)
            wrong.Add("pictures", "pictures", "Show it: at least one picture.");
        if (Way is SaleWay.Fixed && Price is null)
            wrong.Add("price", "price", "Name a price.");
        if (Way is SaleWay.Auction && Auction.StartPrice is null)
            wrong.Add("startPrice", "start_price", "Name the least first bid.");
        if (Way is SaleWay.Auction && Auction.EndsAt is null)
            wrong.Add("endsAt", "ends_at", "Say when the auction ends.");
        return wrong.Failure;
    }
}
