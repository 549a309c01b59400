using System.Globalization;

namespace Madang.Design;

/// <summary>Numbers as people read them, in the language of the request.</summary>
public static class Quantity
{
    /// <summary>An amount of bytes: <c>1.2 MB</c>, decimal units.</summary>
    public static string Bytes(long count) => count switch
    {
        < 1_000 => string.Create(CultureInfo.CurrentCulture, $"{count} B"),
        < 1_000_000 => Scaled(count / 1e3, "kB"),
        < 1_000_000_000 => Scaled(count / 1e6, "MB"),
        _ => Scaled(count / 1e9, "GB"),
    };

    private static string Scaled(double value, string unit) =>
        value.ToString(value < 10 ? "0.#" : "N0", CultureInfo.CurrentCulture) + " " + unit;
}
