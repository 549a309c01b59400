using System.Globalization;
using Madang.Platform.Web;
using Microsoft.Extensions.Primitives;

namespace Madang.Images.Domain;

/// <summary>
/// Reads the query of <c>/cdn/{id}</c>. Strict: a value out of range, a parameter given twice or one that nobody knows is refused
/// with 400 and a sentence that says what is allowed. A typo then shows at once, instead of as a wrong picture that every cache keeps.
/// Let through without a meaning here: <c>s</c> and <c>exp</c> (the signature's) and <c>v</c> (a page may change it to pass old caches).
/// </summary>
internal static class TransformParser
{
    public const int Status = 400;

    private const string Known = "w, h, dpr, fit, crop, fm, q, bg, enlarge, preset";

    /// <summary>Reads and brings into canonical form.</summary>
    /// <param name="query">As decoded by the server; an <c>IQueryCollection</c> will do.</param>
    /// <param name="limits">Bounds <c>w</c> and <c>h</c>.</param>
    /// <param name="presets">What <c>preset=</c> may name.</param>
    public static Result<Transform> Parse(IEnumerable<KeyValuePair<string, StringValues>> query, OutputLimits limits, Presets? presets = null)
    {
        var read = new Draft();
        foreach (var (name, values) in query)
        {
            if (values.Count > 1)
                return Refuse("repeated_parameter", $"The parameter '{Quote(name)}' is given {values.Count} times. Give it once.");
            if (Read(read, name, values.ToString(), limits, presets) is { } failure)
                return failure;
        }

        return read.Preset is null ? Fold(read.Transform, read.Dpr, limits).Canonical() : WithPreset(read, limits);
    }

    private sealed class Draft
    {
        public Transform Transform { get; set; } = Transform.None;
        public decimal Dpr { get; set; } = 1;
        public Transform? Preset { get; set; }
    }

    private static Failure? Read(Draft draft, string name, string value, OutputLimits limits, Presets? presets)
    {
        var read = draft.Transform;
        switch (name)
        {
            case "w":
                draft.Transform = read with { Width = Whole(value, 1, limits.MaxSide) };
                return draft.Transform.Width is null ? Refuse("invalid_width", $"'w' must be a whole number of pixels from 1 to {limits.MaxSide}.") : null;
            case "h":
                draft.Transform = read with { Height = Whole(value, 1, limits.MaxSide) };
                return draft.Transform.Height is null ? Refuse("invalid_height", $"'h' must be a whole number of pixels from 1 to {limits.MaxSide}.") : null;
            case "q":
                draft.Transform = read with { Quality = Whole(value, 1, 100) };
                return draft.Transform.Quality is null ? Refuse("invalid_quality", "'q' must be a whole number from 1 (smallest) to 100 (best).") : null;
            case "dpr":
                draft.Dpr = Ratio(value) ?? 0;
                return draft.Dpr == 0 ? Refuse("invalid_dpr", "'dpr' must be a number from 0.5 to 5 with at most two decimals, such as 1.5.") : null;
            case "fit":
                draft.Transform = read with { Fit = TransformNames.FitOf(value) ?? Fit.Clip };
                return TransformNames.FitOf(value) is null ? Refuse("invalid_fit", "'fit' must be clip, crop, fill or max.") : null;
            case "crop":
                draft.Transform = read with { Gravity = TransformNames.GravityOf(value) ?? default };
                return TransformNames.GravityOf(value) is null ? Refuse("invalid_crop", "'crop' must be center, or left, right, top, bottom, or two of them such as top,left.") : null;
            case "fm":
                draft.Transform = read with { Format = OutputFormats.FromExtension(value) };
                return draft.Transform.Format is null && value != "auto" ? Refuse("invalid_format", "'fm' must be auto, webp, avif, jpg, png or gif.") : null;
            case "bg":
                draft.Transform = read with { Background = TransformNames.ColorOf(value) };
                return draft.Transform.Background is null ? Refuse("invalid_background", "'bg' must be a colour of 3 or 6 hexadecimal digits without '#', such as f80 or ff8800, or transparent.") : null;
            case "enlarge":
                draft.Transform = read with { Enlarge = value == "1" };
                return value is "0" or "1" ? null : Refuse("invalid_enlarge", "'enlarge' must be 1 (the answer may be larger than the source) or 0.");
            case "preset":
                draft.Preset = presets?.Find(value);
                return draft.Preset is null ? Refuse("unknown_preset", $"There is no preset '{Quote(value)}'.{presets?.Listing}") : null;
            case "s" or "exp" or "v":
                return null;
            default:
                return Refuse("unknown_parameter", $"There is no parameter '{Quote(name)}'. Known are {Known}.");
        }
    }

    /// <summary>
    /// Beside a preset only <c>fm</c> and a whole <c>dpr</c> of 1 to 3: enough for a srcset of a preset, and few enough variants
    /// that anyone may ask for them (see <see cref="UrlAccess"/>).
    /// </summary>
    private static Result<Transform> WithPreset(Draft draft, OutputLimits limits)
    {
        if (draft.Transform with { Format = null } != Transform.None)
            return Refuse("preset_stands_alone", "Beside 'preset' only 'fm' and 'dpr' are allowed.");
        if (draft.Dpr is not (1 or 2 or 3))
            return Refuse("invalid_dpr", "Beside 'preset', 'dpr' must be 1, 2 or 3.");

        var preset = draft.Preset!;
        return Fold(preset with { Format = draft.Transform.Format ?? preset.Format }, draft.Dpr, limits).Canonical();
    }

    /// <summary>
    /// <c>w=400&amp;dpr=2</c> is <c>w=800</c>. Past the longest side allowed both sides shrink together: the box keeps its shape, and the canonical form can be read
    /// again.
    /// </summary>
    private static Transform Fold(Transform read, decimal dpr, OutputLimits limits)
    {
        if (dpr == 1 || (read.Width ?? read.Height) is null)
            return read;

        var longest = Math.Max(read.Width ?? 0, read.Height ?? 0);
        var factor = Math.Min(dpr, (decimal)limits.MaxSide / longest);
        return read with { Width = Side(read.Width), Height = Side(read.Height) };

        int? Side(int? side) => side is null ? null : Math.Clamp((int)Math.Round(side.Value * factor, MidpointRounding.AwayFromZero), 1, limits.MaxSide);
    }

    // NumberStyles.None: digits only. No sign, no space, no exponent, no NaN.
    private static int? Whole(string text, int from, int to) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to ? number : null;

    private static decimal? Ratio(string text) =>
        text.Length <= 4 && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number is >= 0.5m and <= 5 && decimal.Round(number, 2) == number
            ? number
            : null;

    private static string Quote(string text) => text.Length <= 40 ? text : text[..40] + "...";

    private static Failure Refuse(string code, string detail) => new($"transform.{code}", detail, Status);
}
