using Microsoft.Extensions.Options;

namespace Madang.Wallet;

/// <summary>The clock on the wall: whose midnight ends a day of the books, and by which people read and type times (<c>Wallet:TimeZone</c>).</summary>
/// <param name="options">Names the zone.</param>
public sealed class WalletZone(IOptions<WalletOptions> options)
{
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone);

    /// <summary>When a day begins.</summary>
    /// <param name="day">The day.</param>
    public DateTimeOffset Start(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        // Where clocks go forward at midnight the day begins an hour later by name; the offset of an invalid time is the one before it.
        return new DateTimeOffset(midnight, _zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    /// <summary>When the clock on the wall shows a time: the first of two where clocks go back, an hour later where they go forward over it.</summary>
    /// <param name="wall">The time as people write it.</param>
    public DateTimeOffset At(DateTime wall)
    {
        var plain = DateTime.SpecifyKind(wall, DateTimeKind.Unspecified);
        var offset = _zone.IsAmbiguousTime(plain) ? _zone.GetAmbiguousTimeOffsets(plain).Max() : _zone.GetUtcOffset(plain);
        return new DateTimeOffset(plain, offset).ToUniversalTime();
    }

    /// <summary>Which day it is at a time.</summary>
    /// <param name="at">The time.</param>
    public DateOnly Day(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, _zone).DateTime);

    /// <summary>A time as the clock on the wall shows it.</summary>
    /// <param name="at">The time.</param>
    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, _zone);
}
