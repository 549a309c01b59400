using Madang.Images.Domain;

namespace Madang.Images.Imaging;

/// <summary>
/// A placeholder of about 25 bytes: the lowest frequencies of a picture, its average colour, its shape and, if any, its
/// transparency. The format is ThumbHash (evanw.github.io/thumbhash), which browsers' libraries decode.
/// </summary>
/// <remarks>
/// The picture becomes lightness L, yellow-blue P, red-green Q and alpha A. Each has a cosine transform of which a triangle
/// of low frequencies is kept: L up to 7 by 7 (5 by 5 with alpha, the shorter side in proportion), the others 3 by 3 (A 5 by
/// 5). Constant parts and a common scale for each channel go into a header, all else into 4 bits a coefficient.
/// </remarks>
internal static class ThumbHash
{
    /// <summary>The longest side of the pixels to hash: more would not be seen.</summary>
    public const int MaxSide = 100;

    /// <summary>The hash of straight RGBA pixels, row by row.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> rgba, PixelSize size)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rgba.Length, size.Pixels * 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(size.Width, size.Height), MaxSide);

        var (l, p, q, a, hasAlpha) = Split(rgba);
        var longest = Math.Max(size.Width, size.Height);
        var most = hasAlpha ? 5 : 7;
        var lx = Math.Max(1, Round((double)most * size.Width / longest));
        var ly = Math.Max(1, Round((double)most * size.Height / longest));

        var light = Channel.Of(l, size, Math.Max(3, lx), Math.Max(3, ly));
        var yellow = Channel.Of(p, size, 3, 3);
        var red = Channel.Of(q, size, 3, 3);
        var landscape = size.Width > size.Height;

        var color = Round(63 * light.Constant)
            | (Round(31.5 + (31.5 * yellow.Constant)) << 6)
            | (Round(31.5 + (31.5 * red.Constant)) << 12)
            | (Round(31 * light.Scale) << 18)
            | (hasAlpha ? 1 << 23 : 0);
        var shape = (landscape ? ly : lx)
            | (Round(63 * yellow.Scale) << 3)
            | (Round(63 * red.Scale) << 9)
            | (landscape ? 1 << 15 : 0);

        List<byte> hash = [(byte)color, (byte)(color >> 8), (byte)(color >> 16), (byte)shape, (byte)(shape >> 8)];
        IEnumerable<double> coefficients = [.. light.Rest, .. yellow.Rest, .. red.Rest];
        if (hasAlpha)
        {
            var alpha = Channel.Of(a, size, 5, 5);
            hash.Add((byte)(Round(15 * alpha.Constant) | (Round(15 * alpha.Scale) << 4)));
            coefficients = coefficients.Concat(alpha.Rest);
        }

        hash.AddRange(coefficients.Chunk(2).Select(pair => (byte)(Round(15 * pair[0]) | (pair.Length > 1 ? Round(15 * pair[1]) << 4 : 0))));
        return [.. hash];
    }

    /// <summary>The average colour that a hash holds.</summary>
    public static Rgba AverageColor(ReadOnlySpan<byte> hash)
    {
        var color = hash[0] | (hash[1] << 8) | (hash[2] << 16);
        var l = (color & 63) / 63.0;
        var p = (((color >> 6) & 63) / 31.5) - 1;
        var q = (((color >> 12) & 63) / 31.5) - 1;
        var a = (color >> 23) != 0 ? (hash[5] & 15) / 15.0 : 1;
        var b = l - (2 * p / 3);
        var r = ((3 * l) - b + q) / 2;
        var g = r - q;
        return new(Level(r), Level(g), Level(b), Level(a));
    }

    /// <summary>Width to height, roughly.</summary>
    public static double AspectRatio(ReadOnlySpan<byte> hash)
    {
        var most = (hash[2] & 0x80) != 0 ? 5.0 : 7.0;
        var shorter = hash[3] & 7;
        return (hash[4] & 0x80) != 0 ? most / shorter : shorter / most;
    }

    /// <summary>Transparent parts take the average colour, so that they add no edges.</summary>
    private static (double[] L, double[] P, double[] Q, double[] A, bool HasAlpha) Split(ReadOnlySpan<byte> rgba)
    {
        double sumR = 0, sumG = 0, sumB = 0, sumA = 0;
        for (var i = 0; i < rgba.Length; i += 4)
        {
            var alpha = rgba[i + 3] / 255.0;
            sumR += alpha * rgba[i] / 255;
            sumG += alpha * rgba[i + 1] / 255;
            sumB += alpha * rgba[i + 2] / 255;
            sumA += alpha;
        }

        var weight = sumA > 0 ? 1 / sumA : 0;
        var count = rgba.Length / 4;
        double[] l = new double[count], p = new double[count], q = new double[count], a = new double[count];
        for (var i = 0; i < count; i++)
        {
            var alpha = rgba[(4 * i) + 3] / 255.0;
            var r = (sumR * weight * (1 - alpha)) + (alpha * rgba[4 * i] / 255);
            var g = (sumG * weight * (1 - alpha)) + (alpha * rgba[(4 * i) + 1] / 255);
            var b = (sumB * weight * (1 - alpha)) + (alpha * rgba[(4 * i) + 2] / 255);
            (l[i], p[i], q[i], a[i]) = ((r + g + b) / 3, ((r + g) / 2) - b, r - g, alpha);
        }

        return (l, p, q, a, sumA < count);
    }

    private static int Round(double value) => (int)Math.Floor(value + 0.5);

    private static byte Level(double value) => (byte)Math.Clamp(Round(255 * value), 0, 255);

    /// <summary>The constant part of a channel, and the others as 0 to 1 of the largest of them, 0.5 being none.</summary>
    private readonly record struct Channel(double Constant, double Scale, double[] Rest)
    {
        public static Channel Of(double[] values, PixelSize size, int nx, int ny)
        {
            // One row of frequencies at a time: rows first, then columns.
            var columns = Cosines(size.Width, nx);
            var rows = Cosines(size.Height, ny);
            var constant = 0.0;
            var rest = new List<double>();
            for (var cy = 0; cy < ny; cy++)
            {
                var folded = new double[size.Width];
                for (var i = 0; i < values.Length; i++)
                {
                    folded[i % size.Width] += values[i] * rows[cy][i / size.Width];
                }

                for (var cx = 0; cx * ny < nx * (ny - cy); cx++)
                {
                    var sum = 0.0;
                    for (var x = 0; x < size.Width; x++)
                    {
                        sum += folded[x] * columns[cx][x];
                    }

                    if (cx == 0 && cy == 0)
                    {
                        constant = sum / values.Length;
                    }
                    else
                    {
                        rest.Add(sum / values.Length);
                    }
                }
            }

            var scale = rest.Max(Math.Abs);
            return new(constant, scale, [.. rest.Select(f => scale > 0 ? 0.5 + (0.5 / scale * f) : 0)]);
        }

        private static double[][] Cosines(int length, int count) =>
            [.. Enumerable.Range(0, count).Select(c => Enumerable.Range(0, length).Select(x => Math.Cos(Math.PI / length * c * (x + 0.5))).ToArray())];
    }
}
