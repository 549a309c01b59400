using System.Globalization;
using Madang.Images.Delivery;
using Madang.Images.Storage;

namespace Madang.Images.Pages;

#pragma warning disable CS1591 // Public only because Razor makes every component public; no part of the module's contract.

/// <summary>A picture as the pages show it.</summary>
public sealed class PictureView
{
    /// <summary>The widths that a srcset offers.</summary>
    private static readonly int[] Steps = [320, 640, 1080, 1600, 2048];

    private readonly ImageRow row;
    private readonly DeliveryRules rules;
    private readonly string origin;

    internal PictureView(ImageRow row, DeliveryRules rules, string origin)
    {
        (this.row, this.rules, this.origin) = (row, rules, origin);
        var fitting = Steps.Where(step => step < row.Width).ToList();
        fitting.Add(Math.Min(row.Width, Steps[^1]));
        Widths = [.. fitting.Distinct()];
    }

    public string Id => row.Id.ToString();

    public string Name => row.Name;

    public int Width => row.Width;

    public int Height => row.Height;

    public long Bytes => row.Bytes;

    public string Status => row.Status;

    public bool Ready => row.Status == ImageRow.Ready;

    public bool Failed => row.Status == ImageRow.Failed;

    public string? FailureCode => row.FailureCode;

    public string? FailureDetail => row.FailureDetail;

    public int CacheSeconds => row.CacheSeconds;

    public IReadOnlyList<int> Sizes => row.Sizes;

    public DateTimeOffset CreatedAt => row.CreatedAt;

    /// <summary>"JPEG", "WEBP".</summary>
    public string Type => row.Type["image/".Length..].ToUpperInvariant();

    public int Frames => row.Frames;

    public string Digest => Convert.ToHexStringLower(row.Digest);

    public string? ThumbHash => row.ThumbHash is null ? null : Convert.ToBase64String(row.ThumbHash);

    public string Page => $"/images/{Id}";

    /// <summary>The class with its shape: inline styles are not allowed, and a grid must know the shape before the picture is there.</summary>
    public string Shape => string.Create(CultureInfo.InvariantCulture, $"r-{Math.Clamp((int)Math.Round(10.0 * Width / Math.Max(Height, 1)), 4, 30)}");

    /// <summary>The widths worth offering: none larger than the original.</summary>
    public IReadOnlyList<int> Widths { get; }

    /// <summary>Where the picture is in this width, in the format that suits the browser.</summary>
    public string Cdn(int width) => rules.SignedWhereNeeded($"/cdn/{Id}", string.Create(CultureInfo.InvariantCulture, $"w={width}"));

    public string Download => rules.SignedWhereNeeded($"/cdn/{Id}/download", "");

    /// <summary>What scripts add <c>?w=...</c> to. Where addresses are signed it leads there by a redirect that signs.</summary>
    public string Renditions => rules.SignedWhereNeeded("/", "") == "/" ? $"/cdn/{Id}" : $"{Page}/rendition";

    public string Iiif => $"{origin}/iiif/3/{Id}/info.json";

    public string LocalSrcset => string.Join(", ", Widths.Where(width => width <= 1080).DefaultIfEmpty(Width).Select(width => $"{Cdn(width)} {Text(width)}w"));

    public string Srcset => string.Join(", ", Entries);

    /// <summary>The element to paste into a page.</summary>
    public string Html
    {
        get
        {
            var height = (int)Math.Round((double)Widths[^1] * Height / Math.Max(Width, 1));
            return $"""
                <img src="{origin}{Cdn(Widths[Widths.Count / 2])}"
                     srcset="{string.Join(",\n             ", Entries)}"
                     sizes="(min-width: 1080px) 1080px, 100vw"
                     width="{Text(Widths[^1])}" height="{Text(height)}" alt="" loading="lazy">
                """;
        }
    }

    private IEnumerable<string> Entries => Widths.Select(width => $"{origin}{Cdn(width)} {Text(width)}w");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
