using System.Collections.Immutable;
using System.Globalization;

namespace Madang.Client;

/// <summary>
/// The address of an image in a size and format, by the parameters of <c>/cdn/{id}</c>. Immutable: every call gives another address.
/// Values that the server would refuse are refused here, with <see cref="ArgumentException"/>.
/// </summary>
public sealed class ImageUrl : DeliveryUrl
{
    private static readonly ImmutableSortedDictionary<string, string> Nothing = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    private readonly Guid _id;
    private readonly ImmutableSortedDictionary<string, string> _asked;

    internal ImageUrl(UrlRoot root, Guid id)
        : this(root, id, Nothing, null)
    {
    }

    private ImageUrl(UrlRoot root, Guid id, ImmutableSortedDictionary<string, string> asked, Signature? signature)
        : base(root, signature) => (_id, _asked) = (id, asked);

    /// <summary>At most this wide, in pixels.</summary>
    /// <param name="pixels">From 1.</param>
    public ImageUrl Width(int pixels) => With("w", Side(pixels));

    /// <summary>At most this high, in pixels.</summary>
    /// <param name="pixels">From 1.</param>
    public ImageUrl Height(int pixels) => With("h", Side(pixels));

    /// <summary>The longer side at most this long. The sizes given at the upload are prepared in this form.</summary>
    /// <param name="pixels">From 1.</param>
    public ImageUrl LongEdge(int pixels) => Width(pixels).Height(pixels);

    /// <summary>How the picture meets the box of width and height.</summary>
    /// <param name="fit">Inside it by default.</param>
    public ImageUrl Fit(ImageFit fit) => With("fit", Names.Of(fit));

    /// <summary>Fills the box of width and height and cuts what overhangs.</summary>
    /// <param name="keep">Which part stays.</param>
    public ImageUrl Crop(ImageGravity keep = ImageGravity.Center) => Fit(ImageFit.Crop).With("crop", Names.Of(keep));

    /// <summary>In this format, whatever the browser prefers.</summary>
    /// <param name="format">Automatic by default.</param>
    public ImageUrl Format(ImageFormat format) => With("fm", Names.Of(format));

    /// <summary>The encoder's quality.</summary>
    /// <param name="quality">From 1, smallest, to 100, best.</param>
    public ImageUrl Quality(int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        return With("q", quality.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Multiplies width and height for screens with dense pixels.</summary>
    /// <param name="ratio">From 0.5 to 5; it is rounded to two decimals.</param>
    public ImageUrl Dpr(double ratio)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ratio, 0.5);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ratio, 5);
        return With("dpr", ratio.ToString("0.##", CultureInfo.InvariantCulture));
    }

    /// <summary>Laid behind the picture, where it is transparent and where <see cref="ImageFit.Fill"/> leaves room.</summary>
    /// <param name="color">3 or 6 hexadecimal digits with or without <c>#</c>, or <c>transparent</c>.</param>
    public ImageUrl Background(string color)
    {
        var name = color.TrimStart('#');
        if (name != "transparent" && !(name.Length is 3 or 6 && name.All(char.IsAsciiHexDigit)))
            throw new ArgumentException("A colour has 3 or 6 hexadecimal digits, or is 'transparent'.", nameof(color));
        return With("bg", name);
    }

    /// <summary>Lets the answer be larger than the source; without it, it never is.</summary>
    public ImageUrl Enlarge() => With("enlarge", "1");

    /// <summary>A transform that the server's configuration names. Beside it only a format and a whole dpr of 1 to 3 are allowed.</summary>
    /// <param name="name">As in <c>Images:Presets</c>.</param>
    public ImageUrl Preset(string name) => With("preset", Uri.EscapeDataString(name));

    /// <summary>Changes the address and nothing else, so that browsers fetch the picture anew.</summary>
    /// <param name="version">Any text that was not used before.</param>
    public ImageUrl Version(string version) => With("v", Uri.EscapeDataString(version));

    /// <summary>The same address, signed. What is changed later is signed as well.</summary>
    /// <param name="ends">When it stops to be valid, to the second; null is never.</param>
    /// <exception cref="InvalidOperationException">There is no <see cref="MadangOptions.SigningKey"/>.</exception>
    public ImageUrl Signed(DateTimeOffset? ends = null) => new(Root, _id, _asked, Root.Signing(ends));

    /// <summary>
    /// The value of <c>srcset</c> for these widths: <c>... 320w, ... 640w</c>. A height that was given with a width keeps its proportion to it.
    /// </summary>
    /// <param name="widths">In pixels.</param>
    /// <exception cref="InvalidOperationException">There is a preset; it has its own width. See <see cref="SrcsetByDpr"/>.</exception>
    public string Srcset(params IEnumerable<int> widths) => string.Join(", ", widths.Select(width => $"{Widened(width)} {width.ToString(CultureInfo.InvariantCulture)}w"));

    /// <summary>The value of <c>srcset</c> for screens of different density, at a fixed width or preset: <c>... 1x, ... 2x</c>.</summary>
    /// <param name="ratios">Such as 1, 2, 3.</param>
    public string SrcsetByDpr(params IEnumerable<double> ratios) =>
        string.Join(", ", ratios.Select(ratio => string.Create(CultureInfo.InvariantCulture, $"{Dpr(ratio)} {ratio:0.##}x")));

    internal override string Path => $"/cdn/{_id}";

    /// <summary>In the order of the server's own canonical queries, so that equal pictures have equal addresses.</summary>
    internal override string Query => string.Join('&', _asked.Select(parameter => $"{parameter.Key}={parameter.Value}"));

    private ImageUrl Widened(int width)
    {
        var single = new ImageUrl(Root, _id, _asked.Remove("dpr"), Signature).Width(width);
        return _asked.TryGetValue("w", out var before) && _asked.TryGetValue("h", out var height)
            ? single.Height(Math.Max(1, (int)Math.Round(Number(height) * width / Number(before), MidpointRounding.AwayFromZero)))
            : single;
    }

    private ImageUrl With(string name, string value)
    {
        var asked = _asked.SetItem(name, value);
        if (asked.ContainsKey("preset") && asked.Keys.Any(key => key is not ("preset" or "fm" or "dpr" or "v")))
            throw new InvalidOperationException("Beside a preset only a format and a dpr can be asked for.");
        return new(Root, _id, asked, Signature);
    }

    private static string Side(int pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 1);
        return pixels.ToString(CultureInfo.InvariantCulture);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
