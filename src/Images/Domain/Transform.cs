using System.Globalization;

namespace Madang.Images.Domain;

/// <summary>How a picture meets the box of <c>w</c> and <c>h</c>. With only one of them, all four are the same: that side decides.</summary>
internal enum Fit
{
    /// <summary>Inside the box, shape kept (the default).</summary>
    Clip,

    /// <summary>Fills the box, shape kept, what overhangs is cut.</summary>
    Crop,

    /// <summary>Inside the box, shape kept, laid on a sheet of exactly the box.</summary>
    Fill,

    /// <summary>As <see cref="Clip"/>, but never enlarged, even with <c>enlarge=1</c>.</summary>
    Max,
}

/// <summary>Which part <see cref="Fit.Crop"/> keeps: -1 is left or top, 0 the middle, 1 right or bottom.</summary>
internal readonly record struct Gravity(int Horizontal, int Vertical);

/// <summary>
/// A request of <c>/cdn/{id}</c> after parsing, in its canonical form: <c>dpr</c> is folded into the sides and defaults are left out,
/// so that equal requests are equal values. It knows nothing of the source yet: <see cref="TransformPlanner"/> brings both together.
/// </summary>
internal sealed record Transform
{
    public static readonly Transform None = new();

    /// <summary>Pixels of the answer (after <c>dpr</c>); null is not asked.</summary>
    public int? Width { get; init; }

    public int? Height { get; init; }

    public Fit Fit { get; init; }

    public Gravity Gravity { get; init; }

    /// <summary>Null is <c>auto</c>: what the browser's Accept allows.</summary>
    public OutputFormat? Format { get; init; }

    /// <summary>Null is the format's default.</summary>
    public int? Quality { get; init; }

    /// <summary>Laid behind the picture; null keeps transparency, and is white where the format cannot.</summary>
    public Rgba? Background { get; init; }

    /// <summary>Allows an answer larger than the source.</summary>
    public bool Enlarge { get; init; }

    /// <summary>The canonical query: one order, no defaults. Parsing it gives this value again.</summary>
    public string ToQuery()
    {
        var parts = new List<string>(8);
        Add("bg", Background?.Name);
        Add("crop", Gravity == default ? null : TransformNames.Of(Gravity));
        Add("enlarge", Enlarge ? "1" : null);
        Add("fit", Fit is Fit.Clip ? null : TransformNames.Of(Fit));
        Add("fm", Format?.Extension());
        Add("h", Height?.ToString(CultureInfo.InvariantCulture));
        Add("q", Quality?.ToString(CultureInfo.InvariantCulture));
        Add("w", Width?.ToString(CultureInfo.InvariantCulture));
        return string.Join('&', parts);

        void Add(string name, string? value)
        {
            if (value is not null)
                parts.Add($"{name}={value}");
        }
    }

    /// <summary>
    /// Drops what cannot change the answer: <c>fit</c>, <c>crop</c> and <c>enlarge</c> without a box to act on, <c>crop</c> without
    /// <c>fit=crop</c>, a quality that is the format's own.
    /// </summary>
    public Transform Canonical()
    {
        var anySide = Width is not null || Height is not null;
        var fit = Width is not null && Height is not null && Fit is not Fit.Max ? Fit : Fit.Clip;
        var enlarge = Enlarge && anySide && Fit is not Fit.Max; // without it, `max` and `clip` are one
        var quality = Format is { } format && (!format.HasQuality() || Quality == format.QualityFor()) ? null : Quality;
        return this with { Fit = fit, Enlarge = enlarge, Gravity = fit is Fit.Crop ? Gravity : default, Quality = quality };
    }
}
