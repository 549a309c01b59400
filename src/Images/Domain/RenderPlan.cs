namespace Madang.Images.Domain;

/// <summary>A size in whole pixels. Both sides are at least 1 wherever a plan carries one.</summary>
internal readonly record struct PixelSize(int Width, int Height)
{
    /// <summary>64-bit: 16k x 16k does not overflow, and 100k x 100k (a bomb's header) does not either.</summary>
    public long Pixels => (long)Width * Height;

    public PixelSize Turned => new(Height, Width);

    public override string ToString() => $"{Width}x{Height}";
}

/// <summary>A rectangle in whole pixels, origin at the top left.</summary>
internal readonly record struct PixelRect(int X, int Y, int Width, int Height)
{
    public PixelSize Size => new(Width, Height);

    public override string ToString() => $"{X},{Y},{Width},{Height}";
}

internal enum ColorMode
{
    Color,
    Gray,
    Bitonal,
}

/// <summary>A colour with alpha; <c>A = 0</c> is transparent.</summary>
internal readonly record struct Rgba(byte R, byte G, byte B, byte A = 255)
{
    public static readonly Rgba White = new(255, 255, 255);
    public static readonly Rgba Transparent = new(0, 0, 0, 0);

    public bool Opaque => A == 255;

    /// <summary><c>rrggbb</c>, or <c>rrggbbaa</c> when not opaque.</summary>
    public string Hex => Opaque ? $"{R:x2}{G:x2}{B:x2}" : $"{R:x2}{G:x2}{B:x2}{A:x2}";

    /// <summary>As <c>bg=</c> spells it.</summary>
    public string Name => Opaque ? Hex : "transparent";
}

/// <summary>
/// The sheet that the scaled (and cropped) picture is laid on, its top left corner at X, Y. The sheet is never smaller
/// than the picture; the background shows around the picture and through it.
/// </summary>
internal sealed record Canvas(PixelSize Size, Rgba Background, int X, int Y);

/// <summary>
/// What to make of a source, decided to the pixel, so that the renderer only obeys. Steps in this order:
/// region, scale, crop, canvas, mirror, rotation, colour, encoding (IIIF's order of implementation).
/// </summary>
internal sealed record RenderPlan
{
    /// <summary>The part to take, in pixels of the upright source; null is all of it.</summary>
    public PixelRect? Region { get; init; }

    /// <summary>The exact size of the region after scaling, before <see cref="Crop"/>, <see cref="Canvas"/> and rotation.</summary>
    public required PixelSize Scale { get; init; }

    /// <summary>The part to keep after scaling, in pixels of the scaled picture; null is all of it.</summary>
    public PixelRect? Crop { get; init; }

    /// <summary>The sheet to lay the picture on; null is none.</summary>
    public Canvas? Canvas { get; init; }

    /// <summary>Left and right change places, before <see cref="Rotation"/>.</summary>
    public bool Mirror { get; init; }

    /// <summary>Degrees clockwise: 0, 90, 180 or 270.</summary>
    public int Rotation { get; init; }

    public ColorMode Color { get; init; }

    public required OutputFormat Format { get; init; }

    /// <summary>1-100 in every lossy format (the renderer maps it to the encoder's scale); 0 for PNG and GIF, which have none.</summary>
    public int Quality { get; init; } = OutputFormats.DefaultQuality;

    /// <summary>Keep all frames. Only set when the source moves and <see cref="Format"/> can.</summary>
    public bool Animated { get; init; }

    /// <summary>What shows through where the picture is transparent and the output cannot be. An asked background is a <see cref="Canvas"/>.</summary>
    public Rgba Matte { get; init; } = Rgba.White;

    /// <summary>The size of the picture that leaves.</summary>
    public PixelSize OutputSize
    {
        get
        {
            var upright = Canvas?.Size ?? Crop?.Size ?? Scale;
            return Rotation is 90 or 270 ? upright.Turned : upright;
        }
    }
}
