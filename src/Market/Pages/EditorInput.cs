using System.Globalization;
using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Madang.Wallet;
using Microsoft.AspNetCore.Http;

namespace Madang.Market.Pages;

/// <summary>The editor's fields as they were typed, so that nothing typed is lost, whatever is wrong with it.</summary>
public sealed record EditorInput
{
    /// <summary>The listing; null for a new one.</summary>
    public Guid? Id { get; init; }

    /// <summary>A new listing's form: sent twice, it makes one listing.</summary>
    public Guid? Form { get; init; }

    /// <summary>True once it is published.</summary>
    public bool IsLive { get; init; }

    /// <summary>Which writing of the listing the form shows; null for a new one.</summary>
    public Guid? Version { get; init; }

    /// <summary>Title.</summary>
    public string? Title { get; init; }

    /// <summary>Description.</summary>
    public string? Description { get; init; }

    /// <summary>A category's code; its root is the kind.</summary>
    public string? Category { get; init; }

    /// <summary>A condition's code.</summary>
    public string? Condition { get; init; }

    /// <summary>All hashtags in one field.</summary>
    public string? Hashtags { get; init; }

    /// <summary>Pictures in order.</summary>
    public IReadOnlyList<Guid> Pictures { get; init; } = [];

    /// <summary>fixed or auction.</summary>
    public string Way { get; init; } = "fixed";

    /// <summary>The fixed price.</summary>
    public string? Price { get; init; }

    /// <summary>The least first bid.</summary>
    public string? StartPrice { get; init; }

    /// <summary>The seller's secret.</summary>
    public string? Reserve { get; init; }

    /// <summary>The price at which it is sold at once.</summary>
    public string? BuyNow { get; init; }

    /// <summary>When the auction starts, on the clock on the wall; empty: when it is published.</summary>
    public string? StartsAt { get; init; }

    /// <summary>When it ends.</summary>
    public string? EndsAt { get; init; }

    internal static EditorInput Of(IFormCollection form) => new()
    {
        Id = Guid.TryParse(form["id"], out var id) ? id : null,
        Form = Guid.TryParse(form["form"], out var own) && own != Guid.Empty ? own : null,
        IsLive = form["live"] == "true",
        Title = form["title"],
        Description = form["description"],
        Category = form["category"],
        Condition = form["condition"],
        Hashtags = form["hashtags"],
        Pictures = [.. form["picture"].Select(text => Guid.TryParse(text, out var picture) ? picture : Guid.Empty).Where(picture => picture != Guid.Empty).Distinct().Take(100)],
        Way = form["way"] == "auction" ? "auction" : "fixed",
        Price = form["price"],
        StartPrice = form["startPrice"],
        Reserve = form["reserve"],
        BuyNow = form["buyNow"],
        StartsAt = form["startsAt"],
        EndsAt = form["endsAt"],
    };

    internal static EditorInput Of(ListingRow row, ListingWords say) => new()
    {
        Id = row.Id,
        IsLive = row.Stands is ListingState.Live,
        Version = row.Version,
        Title = row.Title,
        Description = row.Description,
        Category = row.Category,
        Condition = row.Condition,
        Hashtags = string.Join(' ', row.Hashtags.Select(tag => $"#{tag}")),
        Pictures = row.Pictures,
        Way = row.Way,
        Price = say.Typed(row.Price),
        StartPrice = say.Typed(row.StartPrice),
        Reserve = say.Typed(row.Reserve),
        BuyNow = say.Typed(row.BuyNow),
        StartsAt = say.Local(row.StartsAt),
        EndsAt = say.Local(row.EndsAt),
    };

    /// <summary>Reads what was typed, or says of every field what is wrong with it.</summary>
    internal Result<ListingContent> Read(Money money, WalletZone zone, ListingRow? before)
    {
        var wrong = new FieldErrors();
        var isFixed = Way == "fixed";
        var auction = isFixed ? DraftTerms.None : new DraftTerms(
            Amount("startPrice", StartPrice), Amount("reserve", Reserve), Amount("buyNow", BuyNow), Time("startsAt", StartsAt, before?.StartsAt), Time("endsAt", EndsAt, before?.EndsAt));
        var price = isFixed ? Amount("price", Price) : null;
        var condition = (Condition?)null;
        if (!string.IsNullOrEmpty(Condition))
        {
            if (Codes.TryRead<Condition>(Condition, out var known))
                condition = known;
            else
                wrong.Add("condition", "condition", "Choose one of the conditions.");
        }
        var kind = Category?.StartsWith("goods", StringComparison.Ordinal) == true ? ListingKind.Goods : ListingKind.Art;
        var read = ListingContent.Read(
            kind, Title, Description, Category, condition, Domain.Hashtags.Split(Hashtags), Pictures, isFixed ? SaleWay.Fixed : SaleWay.Auction, price, auction);
        foreach (var (field, error) in FieldErrors.Of(read.Failure))
            wrong.Add(field, error.Code["listing.".Length..], error.Detail);
        return wrong.Failure is { } failure ? failure : read;

        long? Amount(string field, string? typed)
        {
            if (string.IsNullOrWhiteSpace(typed))
                return null;
            if (money.TryRead(typed, typed: true, out var amount))
                return amount;
            wrong.Add(field, Codes.Name(field), "Write a whole amount.");
            return null;
        }

        // A field has minutes and a listing has more: what was not changed stays to the second.
        DateTimeOffset? Time(string field, string? typed, DateTimeOffset? kept)
        {
            if (string.IsNullOrWhiteSpace(typed))
                return null;
            if (!DateTime.TryParseExact(typed, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall) || wall.Year is < 2000 or > 2200)
            {
                wrong.Add(field, Codes.Name(field), "Write a day and a time.");
                return null;
            }
            var at = zone.At(wall);
            return kept is { } known && at <= known && known - at < TimeSpan.FromMinutes(1) ? known : at;
        }
    }
}
