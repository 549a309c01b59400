using System.Globalization;
using Microsoft.Extensions.Localization;

namespace Madang.Auctions.Pages;

/// <summary>How long it is till then, in words: what stands on the page before its script counts on.</summary>
internal static class TimeWords
{
    /// <summary>At this and less it is urgent.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromMinutes(10);

    public static string Left(this IStringLocalizer<AuctionsText> text, TimeSpan left) => left switch
    {
        { TotalDays: >= 1 } => text["Left.Days", (int)left.TotalDays, left.Hours],
        { TotalHours: >= 1 } => text["Left.Hours", (int)left.TotalHours, left.Minutes],
        { Ticks: > 0 } => text["Left.Minutes", left.Minutes, left.Seconds],
        _ => text["Left.None"],
    };

    public static string Machine(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);
}
