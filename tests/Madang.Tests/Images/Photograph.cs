namespace Madang.Tests.Images;

/// <summary>
/// Pixels that behave like a photograph: broad light, detail at every scale, hard edges and sensor grain, so that encoders
/// and scalers have the work that they have with real pictures. The same pixels on every machine.
/// </summary>
public static class Photograph
{
    /// <summary>RGB, row by row.</summary>
    public static byte[] Pixels(int width, int height, uint seed = 1)
    {
        var pixels = new byte[width * height * 3];
        Parallel.For(0, height, y =>
        {
            Span<float> detail = new float[width];
            Span<float> tint = new float[width];
            for (var octave = 0; octave < 10; octave++)
            {
                // Each octave has half the size of the one before, and not much less strength: stone and leaves, not clouds.
                AddNoise(detail, y, height / (2 << octave), 0.30f * MathF.Pow(0.85f, octave), seed + (uint)octave);
            }

            AddNoise(tint, y, height / 3, 1f, seed + 100);
            AddNoise(tint, y, height / 24, 0.35f, seed + 101);

            var grain = (uint)y * 2654435761u ^ seed;
            for (var x = 0; x < width; x++)
            {
                var light = 0.62f + (0.30f * ((float)y / height)) - (0.18f * ((float)x / width)) + (detail[x] - 0.80f);
                light *= Edges(x, y, width, height);
                grain = (grain * 1664525u) + 1013904223u;
                var noise = ((grain >> 24) - 128f) / 128f * 0.03f;
                var at = ((y * width) + x) * 3;
                pixels[at] = Level(light * (0.86f + (0.30f * tint[x])) + noise);
                pixels[at + 1] = Level(light * 0.92f + noise);
                pixels[at + 2] = Level(light * (1.12f - (0.34f * tint[x])) + noise);
            }
        });
        return pixels;
    }

    /// <summary>A few walls and roofs: straight and slanted edges, where blur and ringing would show.</summary>
    private static float Edges(int x, int y, int width, int height)
    {
        var u = (float)x / width;
        var v = (float)y / height;
        var house = u is > 0.15f and < 0.45f && v > 0.55f - (0.25f * MathF.Min(u - 0.15f, 0.45f - u));
        var window = house && v > 0.6f && (int)(u * 60) % 3 == 0 && (int)(v * 40) % 3 == 0;
        var disc = ((u - 0.72f) * (u - 0.72f) * 1.78f) + ((v - 0.3f) * (v - 0.3f)) < 0.02f;
        return window ? 1.25f : house ? 0.55f : disc ? 1.35f : 1f;
    }

    private static void AddNoise(Span<float> row, int y, int cell, float strength, uint seed)
    {
        cell = Math.Max(cell, 1);
        var gridY = y / cell;
        var fractionY = Smooth((float)(y % cell) / cell);
        for (var gridX = 0; gridX * cell < row.Length; gridX++)
        {
            var left = Mix(Hash(gridX, gridY, seed), Hash(gridX, gridY + 1, seed), fractionY);
            var right = Mix(Hash(gridX + 1, gridY, seed), Hash(gridX + 1, gridY + 1, seed), fractionY);
            var end = Math.Min(cell, row.Length - (gridX * cell));
            for (var i = 0; i < end; i++)
            {
                row[(gridX * cell) + i] += strength * Mix(left, right, Smooth((float)i / cell));
            }
        }
    }

    private static float Mix(float a, float b, float t) => a + ((b - a) * t);

    private static float Smooth(float t) => t * t * (3 - (2 * t));

    private static float Hash(int x, int y, uint seed)
    {
        var h = ((uint)x * 374761393u) + ((uint)y * 668265263u) + (seed * 2246822519u);
        h = (h ^ (h >> 13)) * 1274126177u;
        return ((h ^ (h >> 16)) & 0xFFFF) / 65535f;
    }

    private static byte Level(float light) => (byte)Math.Clamp((int)(light * 255f), 0, 255);
}
