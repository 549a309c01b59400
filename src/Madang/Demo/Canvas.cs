using System.Buffers.Binary;
using System.IO.Compression;

namespace Madang.Demo;

/// <summary>A colour in sRGB, 0 to 1.</summary>
internal readonly record struct Ink(float R, float G, float B)
{
    public static Ink Of(int hex) => new(((hex >> 16) & 255) / 255f, ((hex >> 8) & 255) / 255f, (hex & 255) / 255f);

    public Ink To(Ink other, float share) => new(R + ((other.R - R) * share), G + ((other.G - G) * share), B + ((other.B - B) * share));

    public Ink Times(float light) => new(R * light, G * light, B * light);
}

/// <summary>Where colour goes: the distance of a point to the edge, below zero inside, in pixels.</summary>
internal sealed record Shape(Func<float, float, float> Distance, float Left, float Top, float Right, float Bottom)
{
    public static Shape Everything(Canvas canvas) => new((_, _) => -1e6f, 0, 0, canvas.Width, canvas.Height);

    public static Shape Circle(float x, float y, float radius) =>
        new((px, py) => MathF.Sqrt(((px - x) * (px - x)) + ((py - y) * (py - y))) - radius, x - radius, y - radius, x + radius, y + radius);

    public static Shape Ellipse(float x, float y, float rx, float ry) => new(
        (px, py) =>
        {
            // Nearly the distance: the implicit form, divided by the length of its gradient.
            var (dx, dy) = ((px - x) / rx, (py - y) / ry);
            var scaled = MathF.Sqrt((dx * dx) + (dy * dy));
            var slope = MathF.Sqrt((dx * dx / (rx * rx)) + (dy * dy / (ry * ry)));
            return slope < 1e-6f ? -MathF.Min(rx, ry) : scaled * (scaled - 1) / slope;
        },
        x - rx, y - ry, x + rx, y + ry);

    public static Shape Box(float left, float top, float right, float bottom, float corner = 0)
    {
        var (x, y, halfWidth, halfHeight) = ((left + right) / 2, (top + bottom) / 2, ((right - left) / 2) - corner, ((bottom - top) / 2) - corner);
        return new(
            (px, py) =>
            {
                var (dx, dy) = (MathF.Abs(px - x) - halfWidth, MathF.Abs(py - y) - halfHeight);
                var outside = MathF.Sqrt((MathF.Max(dx, 0) * MathF.Max(dx, 0)) + (MathF.Max(dy, 0) * MathF.Max(dy, 0)));
                return outside + MathF.Min(MathF.Max(dx, dy), 0) - corner;
            },
            left, top, right, bottom);
    }

    /// <summary>A line with round ends.</summary>
    public static Shape Line(float x1, float y1, float x2, float y2, float width, float endWidth = -1)
    {
        var (dx, dy) = (x2 - x1, y2 - y1);
        var length = MathF.Max((dx * dx) + (dy * dy), 1e-6f);
        var (start, end) = (width / 2, (endWidth < 0 ? width : endWidth) / 2);
        var most = MathF.Max(start, end);
        return new(
            (px, py) =>
            {
                var along = Math.Clamp((((px - x1) * dx) + ((py - y1) * dy)) / length, 0, 1);
                var (ex, ey) = (px - x1 - (along * dx), py - y1 - (along * dy));
                return MathF.Sqrt((ex * ex) + (ey * ey)) - (start + ((end - start) * along));
            },
            MathF.Min(x1, x2) - most, MathF.Min(y1, y2) - most, MathF.Max(x1, x2) + most, MathF.Max(y1, y2) + most);
    }

    public static Shape Polygon(params (float X, float Y)[] points) => new(
        (px, py) =>
        {
            var nearest = float.MaxValue;
            var inside = false;
            for (int i = 0, j = points.Length - 1; i < points.Length; j = i++)
            {
                var (ax, ay) = points[i];
                var (bx, by) = points[j];
                var (ex, ey, wx, wy) = (bx - ax, by - ay, px - ax, py - ay);
                var along = Math.Clamp(((wx * ex) + (wy * ey)) / MathF.Max((ex * ex) + (ey * ey), 1e-6f), 0, 1);
                var (dx, dy) = (wx - (ex * along), wy - (ey * along));
                nearest = MathF.Min(nearest, (dx * dx) + (dy * dy));
                if (ay > py != by > py && px < ((bx - ax) * (py - ay) / (by - ay)) + ax)
                    inside = !inside;
            }
            return inside ? -MathF.Sqrt(nearest) : MathF.Sqrt(nearest);
        },
        points.Min(point => point.X), points.Min(point => point.Y), points.Max(point => point.X), points.Max(point => point.Y));

    public Shape And(Shape other) => new(
        (x, y) => MathF.Min(Distance(x, y), other.Distance(x, y)),
        MathF.Min(Left, other.Left), MathF.Min(Top, other.Top), MathF.Max(Right, other.Right), MathF.Max(Bottom, other.Bottom));

    public Shape Within(Shape other) => this with { Distance = (x, y) => MathF.Max(Distance(x, y), other.Distance(x, y)) };

    public Shape Without(Shape other) => this with { Distance = (x, y) => MathF.Max(Distance(x, y), -other.Distance(x, y)) };

    /// <summary>Its edge alone, as a line.</summary>
    public Shape Outline(float width) => new((x, y) => MathF.Abs(Distance(x, y)) - (width / 2), Left - width, Top - width, Right + width, Bottom + width);

    public Shape Turned(float x, float y, float angle)
    {
        var (sin, cos) = MathF.SinCos(-angle);
        (float X, float Y)[] corners = [(Left, Top), (Right, Top), (Left, Bottom), (Right, Bottom)];
        var turned = corners.Select(corner => (X: x + ((corner.X - x) * cos) + ((corner.Y - y) * sin), Y: y - ((corner.X - x) * sin) + ((corner.Y - y) * cos))).ToList();
        return new(
            (px, py) => Distance(x + ((px - x) * cos) - ((py - y) * sin), y + ((px - x) * sin) + ((py - y) * cos)),
            turned.Min(corner => corner.X), turned.Min(corner => corner.Y), turned.Max(corner => corner.X), turned.Max(corner => corner.Y));
    }
}

/// <summary>A picture that is drawn by code.</summary>
internal sealed class Canvas
{
    private readonly Ink[] _pixels;

    public Canvas(int width, int height, Ink ground)
    {
        (Width, Height) = (width, height);
        _pixels = new Ink[width * height];
        Array.Fill(_pixels, ground);
    }

    public int Width { get; }

    public int Height { get; }

    public Canvas Fill(Shape shape, Ink ink, float opacity = 1, float softness = 1) => Fill(shape, (_, _) => ink, opacity, softness);

    /// <summary>Lays colour on a shape.</summary>
    /// <param name="shape">Where.</param>
    /// <param name="ink">Which, at each point.</param>
    /// <param name="opacity">0 to 1.</param>
    /// <param name="softness">How many pixels its edge takes: 1 is sharp, 60 a shadow.</param>
    public Canvas Fill(Shape shape, Func<float, float, Ink> ink, float opacity = 1, float softness = 1)
    {
        var (left, right) = (Math.Max(0, (int)(shape.Left - softness)), Math.Min(Width, (int)(shape.Right + softness) + 1));
        var (top, bottom) = (Math.Max(0, (int)(shape.Top - softness)), Math.Min(Height, (int)(shape.Bottom + softness) + 1));
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                var cover = Math.Clamp(0.5f - (shape.Distance(x + 0.5f, y + 0.5f) / softness), 0, 1);
                if (cover <= 0)
                    continue;
                ref var pixel = ref _pixels[(y * Width) + x];
                pixel = pixel.To(ink(x, y), (softness > 2 ? cover * cover * (3 - (2 * cover)) : cover) * opacity);
            }
        }
        return this;
    }

    /// <summary>Puts a picture into this one, scaled to a width.</summary>
    public Canvas Place(Canvas picture, int left, int top, int width)
    {
        var scale = (float)picture.Width / width;
        var height = (int)(picture.Height / scale);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                _pixels[((top + y) * Width) + left + x] = picture.Mean(x * scale, y * scale, scale);
        return this;
    }

    private Ink Mean(float left, float top, float side)
    {
        var (sum, count) = (default(Ink), 0);
        for (var y = (int)top; y < Math.Min(Height, MathF.Max(top + side, (int)top + 1)); y++)
        {
            for (var x = (int)left; x < Math.Min(Width, MathF.Max(left + side, (int)left + 1)); x++, count++)
            {
                var pixel = _pixels[(y * Width) + x];
                sum = new(sum.R + pixel.R, sum.G + pixel.G, sum.B + pixel.B);
            }
        }
        return sum.Times(1f / Math.Max(1, count));
    }

    /// <summary>The tooth of paper or canvas.</summary>
    public Canvas Grain(Random random, float strength)
    {
        for (var i = 0; i < _pixels.Length; i++)
            _pixels[i] = _pixels[i].Times(1 + ((random.NextSingle() - 0.5f) * strength));
        return this;
    }

    /// <summary>The picture as a PNG file (ISO/IEC 15948), 8 bits a channel.</summary>
    public byte[] ToPng()
    {
        var rows = new byte[Height * ((Width * 3) + 1)];
        var at = 0;
        for (var y = 0; y < Height; y++)
        {
            rows[at++] = 0;
            for (var x = 0; x < Width; x++)
            {
                var pixel = _pixels[(y * Width) + x];
                rows[at++] = Level(pixel.R);
                rows[at++] = Level(pixel.G);
                rows[at++] = Level(pixel.B);
            }
        }
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            deflate.Write(rows);

        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        (header[8], header[9]) = (8, 2);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte Level(float value) => (byte)Math.Clamp((value * 255) + 0.5f, 0, 255);

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc([.. type, .. data]));
        file.Write(number);
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }
        return ~crc;
    }
}
