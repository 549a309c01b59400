namespace Madang.Images.Domain;

/// <summary>The words of the query and what they mean, in both directions.</summary>
internal static class TransformNames
{
    public static Fit? FitOf(string word) => word switch
    {
        "clip" => Fit.Clip,
        "crop" => Fit.Crop,
        "fill" => Fit.Fill,
        "max" => Fit.Max,
        _ => null,
    };

    public static string Of(Fit fit) => fit switch
    {
        Fit.Clip => "clip",
        Fit.Crop => "crop",
        Fit.Fill => "fill",
        _ => "max",
    };

    /// <summary><c>center</c>, or one or two of <c>left right top bottom</c>, joined by a comma in any order: <c>top,left</c>.</summary>
    public static Gravity? GravityOf(string words)
    {
        int? horizontal = null, vertical = null;
        if (words == "center")
            return default(Gravity);

        foreach (var word in words.Split(','))
        {
            var (axis, side) = word switch
            {
                "left" => (0, -1),
                "right" => (0, 1),
                "top" => (1, -1),
                "bottom" => (1, 1),
                _ => (-1, 0),
            };
            if (axis < 0 || (axis == 0 ? horizontal : vertical) is not null)
                return null; // not a word, or `left,right`
            if (axis == 0)
                horizontal = side;
            else
                vertical = side;
        }

        return new Gravity(horizontal ?? 0, vertical ?? 0);
    }

    public static string Of(Gravity gravity)
    {
        var vertical = gravity.Vertical switch { < 0 => "top", > 0 => "bottom", _ => null };
        var horizontal = gravity.Horizontal switch { < 0 => "left", > 0 => "right", _ => null };
        return (vertical, horizontal) switch
        {
            (null, null) => "center",
            (null, _) => horizontal,
            (_, null) => vertical,
            _ => $"{vertical},{horizontal}",
        };
    }

    /// <summary><c>rrggbb</c>, <c>rgb</c> or <c>transparent</c>; no <c>#</c>, which a URL cannot carry.</summary>
    public static Rgba? ColorOf(string text)
    {
        if (text == "transparent")
            return Rgba.Transparent;
        if (text.Length is not (3 or 6) || !text.All(char.IsAsciiHexDigit))
            return null;

        var hex = text.Length == 6 ? text : string.Concat(text.Select(digit => new string(digit, 2)));
        var bytes = Convert.FromHexString(hex);
        return new Rgba(bytes[0], bytes[1], bytes[2]);
    }
}
