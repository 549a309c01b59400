using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Madang.Browser.Tests;

/// <summary>Pictures that are pleasant to look at, made by code: ridges in the haze under a low sun, another light for every seed.</summary>
internal static class Landscape
{
    /// <summary>Colours as (red, green, blue): high sky, horizon, sun, nearest ridge.</summary>
    private static readonly (int[] Sky, int[] Horizon, int[] Sun, int[] Near)[] Lights =
    [
        ([58, 92, 138], [247, 205, 160], [255, 240, 205], [22, 44, 46]),
        ([196, 108, 92], [252, 214, 150], [255, 236, 190], [52, 28, 44]),
        ([116, 168, 186], [232, 238, 226], [255, 255, 250], [28, 74, 62]),
        ([26, 34, 66], [150, 120, 150], [238, 226, 220], [12, 16, 30]),
        ([150, 190, 214], [250, 240, 222], [255, 252, 240], [70, 84, 60]),
        ([88, 64, 110], [240, 164, 140], [255, 224, 190], [30, 20, 44]),
    ];

    /// <summary>A PNG of this size.</summary>
    public static byte[] Png(int width, int height, int seed)
    {
        var light = Lights[seed % Lights.Length];
        var rows = new byte[height * ((width * 3) + 1)];
        var random = new Random(seed);
        var sunX = width * (0.25 + (0.5 * random.NextDouble()));
        var sunY = height * (0.3 + (0.15 * random.NextDouble()));
        var sunSize = Math.Min(width, height) * 0.055;
        var ridges = Enumerable.Range(0, 6).Select(layer => Ridge(width, height, layer, random)).ToArray();

        Parallel.For(0, height, y =>
        {
            for (var x = 0; x < width; x++)
            {
                var down = Math.Clamp(y / (height * 0.7), 0, 1);
                var color = Mix(light.Sky, light.Horizon, down * down);
                var far = Math.Sqrt(((x - sunX) * (x - sunX)) + ((y - sunY) * (y - sunY)));
                color = Mix(color, light.Sun, 0.55 * Math.Exp(-far / (sunSize * 5)));
                color = Mix(color, light.Sun, Math.Clamp(sunSize - far + 0.5, 0, 1));
                for (var layer = 0; layer < ridges.Length; layer++)
                {
                    var inside = Math.Clamp(y - ridges[layer][x] + 0.5, 0, 1);
                    if (inside <= 0) continue;
                    // Near is dark; far fades into the light of the horizon, most at its foot.
                    var depth = (layer + 1.0) / ridges.Length;
                    var foot = Math.Clamp((y - ridges[layer][x]) / (height * 0.35), 0, 1) * (1 - depth) * 0.6;
                    color = Mix(color, Mix(Mix(light.Horizon, light.Near, Math.Pow(depth, 1.15)), [.. light.Horizon.Select(part => (double)part)], foot), inside);
                }
                var at = (y * ((width * 3) + 1)) + 1 + (x * 3);
                var grain = ((((x * 7919) ^ (y * 104729)) & 15) - 7.5) * 0.25;
                for (var part = 0; part < 3; part++) rows[at + part] = (byte)Math.Clamp(color[part] + grain, 0, 255);
            }
        });
        return Encode(rows, width, height);
    }

    /// <summary>The height of the ground for every column: waves of halving size.</summary>
    private static double[] Ridge(int width, int height, int layer, Random random)
    {
        var phases = Enumerable.Range(0, 9).Select(_ => random.NextDouble() * Math.Tau).ToArray();
        var ground = height * (0.48 + (0.085 * layer));
        return [.. Enumerable.Range(0, width).Select(x =>
        {
            var sum = 0.0;
            for (var octave = 0; octave < phases.Length; octave++)
                sum += Math.Sin((x / (double)height * (2.2 + layer * 0.5) * Math.Pow(1.93, octave)) + phases[octave]) * Math.Pow(0.5, octave);
            return ground - (sum * height * (0.075 - (0.006 * layer)));
        })];
    }

    private static double[] Mix(IReadOnlyList<int> from, IReadOnlyList<int> to, double share) =>
        Mix([.. from.Select(part => (double)part)], to, share);

    private static double[] Mix(double[] from, IReadOnlyList<int> to, double share) =>
        [from[0] + ((to[0] - from[0]) * share), from[1] + ((to[1] - from[1]) * share), from[2] + ((to[2] - from[2]) * share)];

    private static double[] Mix(double[] from, double[] to, double share) =>
        [from[0] + ((to[0] - from[0]) * share), from[1] + ((to[1] - from[1]) * share), from[2] + ((to[2] - from[2]) * share)];

    private static byte[] Encode(byte[] rows, int width, int height)
    {
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = 2;
        Chunk(png, "IHDR", header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void Chunk(Stream png, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(body);
        var sum = 0xFFFFFFFFu;
        foreach (var part in body)
        {
            sum ^= part;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? (sum >> 1) ^ 0xEDB88320u : sum >> 1;
        }
        BinaryPrimitives.WriteUInt32BigEndian(number, ~sum);
        png.Write(number);
    }
}
