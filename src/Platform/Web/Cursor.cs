using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Madang.Platform.Web;

/// <summary>Where a page of a list ends: the last row's time and id. Opaque to clients (<c>?after=</c>).</summary>
/// <param name="At">The last row's time; PostgreSQL keeps microseconds.</param>
/// <param name="Id">The last row's id, which settles equal times.</param>
public readonly record struct Cursor(DateTimeOffset At, Guid Id)
{
    /// <summary>The opaque text of the cursor, safe in a URL.</summary>
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{At.UtcTicks.ToString(CultureInfo.InvariantCulture)}.{Id:N}"));

    /// <summary>Reads a cursor back. No text means the first page.</summary>
    /// <param name="text">What the client sent.</param>
    /// <param name="cursor">The cursor, or null for the first page.</param>
    /// <param name="failure">400 <c>cursor.invalid</c> for anything we did not make.</param>
    public static bool TryRead(string? text, out Cursor? cursor, [NotNullWhen(false)] out Failure? failure)
    {
        (cursor, failure) = (null, null);
        if (string.IsNullOrEmpty(text))
            return true;
        if (text.Length <= 100 && Base64Url.IsValid(text))
        {
            var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.');
            if (parts.Length == 2
                && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
                && Guid.TryParseExact(parts[1], "N", out var id))
            {
                cursor = new Cursor(new DateTimeOffset(ticks, TimeSpan.Zero), id);
                return true;
            }
        }
        failure = new Failure("cursor.invalid", "`after` must be the `next` of an earlier page.", 400);
        return false;
    }
}
