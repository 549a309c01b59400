using System.Globalization;
using Madang.Market.Domain;
using Madang.Market.Features;
using Madang.Wallet;
using Microsoft.Extensions.Localization;

namespace Madang.Market.Pages;

/// <summary>Prices, times and names as pages of the market say them.</summary>
internal sealed class ListingWords(Money money, WalletZone zone, TimeProvider time, IStringLocalizer<MarketText> text)
{
    public string Price(long? amount) => amount is { } known ? money.Text(known) : text["Price.None"];

    /// <summary>A bare number for a field that is typed in.</summary>
    public string? Typed(long? amount) => amount is { } known ? money.Number(known) : null;

    public string Category(string? code) => code is null ? "" : text[$"Category.{code}"];

    public DateTimeOffset Now => time.GetUtcNow();

    public bool IsSoon(DateTimeOffset? endsAt) => endsAt is { } ends && ends > Now && ends - Now < TimeSpan.FromHours(1);

    /// <summary>How long an auction still takes, roughly.</summary>
    public string Left(DateTimeOffset endsAt) => (endsAt - Now) switch
    {
        { Ticks: <= 0 } => text["Left.Over"],
        { TotalMinutes: < 1 } => text["Left.Moment"],
        { TotalHours: < 1 } left => text["Left.Minutes", (int)left.TotalMinutes],
        { TotalDays: < 1 } left => text["Left.Hours", (int)left.TotalHours],
        var left => text["Left.Days", (int)left.TotalDays],
    };

    public string When(DateTimeOffset at) => zone.Local(at).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>As an input of a local time takes it.</summary>
    public string? Local(DateTimeOffset? at) => at is { } known ? zone.Local(known).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture) : null;

    public string Trust(decimal degrees) => $"{degrees.ToString("0.0", CultureInfo.InvariantCulture)}°C";

    /// <summary>Whether an auction is yet to start.</summary>
    public bool IsAhead(ListingCard card) => card.Way is SaleWay.Auction && card.StartsAt > Now;

    /// <summary>What is wrong with a field, and how to mend it.</summary>
    public string Wrong(FieldError error) => text[$"Wrong.{error.Code}"] is { ResourceNotFound: false } known ? known.Value : text["Wrong.other"].Value;

    /// <summary>What went wrong, in the reader's language where it is known.</summary>
    public string Failure(string code) => text[$"Failure.{code}"] is { ResourceNotFound: false } known ? known.Value : text["Failure.other"].Value;
}
