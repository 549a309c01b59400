namespace Madang.Demo;

/// <summary>Works of art that are drawn by code: each takes a seed and gives the same picture for it.</summary>
internal static class Paintings
{
    private static readonly int[] Dancheong = [0x1B6E5A, 0xC8432B, 0xE2A72E, 0x23408E, 0xF1E9D8, 0x2B2B2B];

    public static Canvas Ridges(int seed, int sky, int far, int near, int sun)
    {
        var (random, canvas) = Begin(seed, 900, 1150, 0xF3EDE0);
        var (top, bottom) = (Ink.Of(sky), Ink.Of(0xF6EFE2));
        canvas.Fill(Shape.Everything(canvas), (_, y) => top.To(bottom, MathF.Min(1, y / 800)));
        var sunX = 220 + (random.NextSingle() * 460);
        canvas.Fill(Shape.Circle(sunX, 290, 200), Ink.Of(sun), 0.18f, 160).Fill(Shape.Circle(sunX, 290, 92), Ink.Of(sun), 0.95f, 2);
        const int Ridges = 7;
        for (var ridge = 0; ridge < Ridges; ridge++)
        {
            var (share, phase) = (ridge / (Ridges - 1f), random.NextSingle() * 100);
            var (level, height) = (380 + (share * 600), 190 - (share * 70));
            float Edge(float x) => level - (height * ((0.62f * Wave((x / 260) + phase)) + (0.28f * Wave((x / 95) + (phase * 3))) + (0.1f * Wave((x / 31) + (phase * 7)))));
            var ink = Ink.Of(far).To(Ink.Of(near), share);
            var mist = bottom.To(ink, 0.35f);
            canvas.Fill(
                new Shape((x, y) => Edge(x) - y, 0, level - height - 20, canvas.Width, canvas.Height),
                (x, y) => ink.To(mist, Math.Clamp((y - Edge(x)) / 260, 0, 0.85f)), 1, 1.6f);
        }
        return canvas.Grain(random, 0.05f);
    }

    public static Canvas MoonJar(int seed, int wall, int table)
    {
        var (random, canvas) = Begin(seed, 960, 1080, wall);
        var (back, front) = (Ink.Of(wall), Ink.Of(table));
        canvas.Fill(Shape.Everything(canvas), (x, y) => back.Times(1.04f - (0.16f * MathF.Abs((x / 960) - 0.3f)) - (0.08f * (y / 1080))));
        canvas.Fill(Shape.Box(-10, 800, 970, 1090), (_, y) => front.Times(0.86f + (0.22f * ((y - 800) / 280))));
        var (x0, y0, lean) = (480f, 545f, (random.NextSingle() - 0.5f) * 14);
        canvas.Fill(Shape.Ellipse(x0 + 90, 858, 330, 36), Ink.Of(0x1C1712), 0.5f, 60);
        var body = Shape.Ellipse(x0, y0, 318, 302).And(Shape.Ellipse(x0 + lean, y0 + 24, 311, 296)).And(Shape.Box(x0 - 112, 812, x0 + 112, 864, 10)).And(Shape.Box(x0 - 118, 222, x0 + 118, 290, 12));
        var (white, shade) = (Ink.Of(0xF8F5EC), Ink.Of(0x8E8B80));
        canvas.Fill(body, (x, y) =>
        {
            var (dx, dy) = ((x - x0 + 115) / 430, (y - y0 + 130) / 440);
            return white.To(shade, Math.Clamp(((dx * dx) + (dy * dy)) * 0.62f, 0, 0.85f));
        });
        canvas.Fill(Shape.Ellipse(x0, 226, 116, 13), Ink.Of(0x5C594F), 0.85f).Fill(Shape.Ellipse(x0, 223, 117, 12).Outline(4), white, 0.9f);
        canvas.Fill(Shape.Line(x0 - 312, y0 + 14, x0 + 312, y0 + 22, 3), Ink.Of(0xB5B1A3), 0.35f, 6);
        for (var spot = 0; spot < 26; spot++)
            canvas.Fill(Shape.Circle(x0 - 220 + (random.NextSingle() * 440), y0 - 170 + (random.NextSingle() * 360), 1 + (random.NextSingle() * 7)), Ink.Of(0xC9BFA4), 0.22f, 6);
        return canvas.Fill(Shape.Ellipse(x0 - 130, y0 - 140, 60, 90), Ink.Of(0xFFFFFF), 0.55f, 90).Grain(random, 0.035f);
    }

    public static Canvas Patchwork(int seed, params int[] palette)
    {
        var (random, canvas) = Begin(seed, 1000, 1000, 0xEDE3CF);
        Split(60, 60, 940, 940, 5);
        canvas.Fill(Shape.Box(60, 60, 940, 940).Outline(5), Ink.Of(0x3A3128), 0.7f, 3);
        return canvas.Grain(random, 0.06f);

        void Split(float left, float top, float right, float bottom, int depth)
        {
            var (width, height) = (right - left, bottom - top);
            if (depth > 0 && (width > 130 || height > 130) && (depth > 3 || random.NextSingle() < 0.86f))
            {
                var share = 0.28f + (random.NextSingle() * 0.44f);
                if (width > height)
                {
                    Split(left, top, left + (width * share), bottom, depth - 1);
                    Split(left + (width * share), top, right, bottom, depth - 1);
                }
                else
                {
                    Split(left, top, right, top + (height * share), depth - 1);
                    Split(left, top + (height * share), right, bottom, depth - 1);
                }
                return;
            }
            var ink = Ink.Of(palette[random.Next(palette.Length)]);
            var weave = random.NextSingle() * 6;
            canvas.Fill(Shape.Box(left, top, right, bottom), (x, y) => ink.Times(0.97f + (0.03f * MathF.Sin((x + weave) * 0.9f) * MathF.Sin(y * 0.9f))), 0.94f);
            canvas.Fill(Shape.Box(left, top, right, bottom).Outline(9), ink.Times(0.72f), 0.55f, 3);
            canvas.Fill(Shape.Box(left + 9, top + 9, right - 9, bottom - 9).Outline(1.4f), Ink.Of(0xFFF8E8), 0.5f);
        }
    }

    public static Canvas Dots(int seed, int ground, int dark, int light)
    {
        var (random, canvas) = Begin(seed, 900, 1200, ground);
        var (centreX, centreY) = (random.NextSingle() * 900, 150 + (random.NextSingle() * 900));
        for (var row = 0; row < 48; row++)
        {
            for (var column = 0; column < 36; column++)
            {
                var (x, y) = (12.5f + (column * 25) + ((random.NextSingle() - 0.5f) * 4), 12.5f + (row * 25) + ((random.NextSingle() - 0.5f) * 4));
                var distance = MathF.Sqrt(((x - centreX) * (x - centreX)) + ((y - centreY) * (y - centreY)));
                var ink = Ink.Of(dark).To(Ink.Of(light), Math.Clamp(0.5f + (0.5f * MathF.Sin(distance / 62)) + ((random.NextSingle() - 0.5f) * 0.35f), 0, 1));
                canvas.Fill(Shape.Box(x - 11, y - 11, x + 11, y + 11, 3), ink, 0.35f, 4).Fill(Shape.Circle(x, y, 6.2f + (random.NextSingle() * 1.8f)), ink, 0.95f, 2.5f);
            }
        }
        return canvas.Grain(random, 0.05f);
    }

    public static Canvas Brushed(int seed, int ground, int ink)
    {
        var (random, canvas) = Begin(seed, 1000, 1150, ground);
        for (var y = 70f; y < 1080; y += 13 + (random.NextSingle() * 9))
        {
            var (start, end, weight) = (60 + (random.NextSingle() * 60), 940 - (random.NextSingle() * 60), 7 + (random.NextSingle() * 9));
            var wish = Ink.Of(ink).Times(0.86f + (random.NextSingle() * 0.28f));
            for (var strand = -3; strand <= 3; strand++)
                canvas.Fill(
                    Shape.Line(start + (random.NextSingle() * 40), y + (strand * weight / 6), end - (random.NextSingle() * 160), y + (strand * weight / 6) + ((random.NextSingle() - 0.5f) * 5), weight / 4.5f, weight / 9),
                    wish, 0.42f + (random.NextSingle() * 0.3f), 2);
        }
        return canvas.Grain(random, 0.07f);
    }

    public static Canvas Blossom(int seed, int ground, int petal)
    {
        var (random, canvas) = Begin(seed, 860, 1200, ground);
        canvas.Fill(Shape.Circle(620, 300, 190), Ink.Of(0xFFF6DC), 0.75f, 14);
        List<(float X, float Y)> buds = [];
        Grow(90, 1230, -1.05f, 26, 330, 4);
        foreach (var (x, y) in buds)
            Flower(x, y, 15 + (random.NextSingle() * 13));
        return canvas.Grain(random, 0.05f);

        void Grow(float x, float y, float angle, float width, float length, int depth)
        {
            for (var piece = 0; piece < 5; piece++)
            {
                angle += (random.NextSingle() - 0.5f) * 0.42f;
                var (nextX, nextY) = (x + (MathF.Cos(angle) * length / 5), y + (MathF.Sin(angle) * length / 5));
                canvas.Fill(Shape.Line(x, y, nextX, nextY, width, width * 0.9f), Ink.Of(0x2A211C), 0.92f, 2.5f);
                (x, y, width) = (nextX, nextY, width * 0.9f);
                if (depth < 3 && random.NextSingle() < 0.55f)
                    buds.Add((x + ((random.NextSingle() - 0.5f) * 36), y + ((random.NextSingle() - 0.5f) * 36)));
            }
            if (depth == 0)
                return;
            Grow(x, y, angle + 0.25f + (random.NextSingle() * 0.4f), width * 0.8f, length * 0.78f, depth - 1);
            Grow(x, y, angle - 0.3f - (random.NextSingle() * 0.5f), width * 0.72f, length * 0.72f, depth - 1);
        }

        void Flower(float x, float y, float size)
        {
            var turn = random.NextSingle() * 6;
            var ink = Ink.Of(petal).To(Ink.Of(0xFFFFFF), random.NextSingle() * 0.45f);
            for (var one = 0; one < 5; one++)
            {
                var angle = turn + (one * MathF.Tau / 5);
                canvas.Fill(Shape.Circle(x + (MathF.Cos(angle) * size * 0.62f), y + (MathF.Sin(angle) * size * 0.62f), size * 0.55f), ink, 0.9f, 3);
            }
            canvas.Fill(Shape.Circle(x, y, size * 0.2f), Ink.Of(0xE2A72E));
        }
    }

    public static Canvas Tiles(int seed, params int[] palette)
    {
        var (random, canvas) = Begin(seed, 1000, 1000, 0xF4EFE4);
        for (var row = 0; row < 5; row++)
        {
            for (var column = 0; column < 5; column++)
            {
                var (left, top) = (50 + (column * 180f), 50 + (row * 180f));
                var cell = Shape.Box(left, top, left + 180, top + 180);
                var (a, b) = (Ink.Of(palette[random.Next(palette.Length)]), Ink.Of(palette[random.Next(palette.Length)]));
                canvas.Fill(cell, a);
                var (cornerX, cornerY) = (left + (180 * random.Next(2)), top + (180 * random.Next(2)));
                canvas.Fill((random.Next(5) switch
                {
                    0 => Shape.Circle(cornerX, cornerY, 180),
                    1 => Shape.Circle(cornerX, cornerY, 180).Without(Shape.Circle(cornerX, cornerY, 90)),
                    2 => Shape.Circle(left + 90, top + 90, 62),
                    3 => Shape.Polygon((left, top), (left + 180, top), (cornerX, top + 180)),
                    _ => Shape.Box(left, top + 60, left + 180, top + 120),
                }).Within(cell), b);
            }
        }
        return canvas.Grain(random, 0.04f);
    }

    public static Canvas NightSea(int seed, int sky, int sea, int moon)
    {
        var (random, canvas) = Begin(seed, 1200, 900, sky);
        var (high, low) = (Ink.Of(sky), Ink.Of(sea));
        canvas.Fill(Shape.Box(-1, -1, 1201, 521), (_, y) => high.To(low, y / 640));
        var moonX = 300 + (random.NextSingle() * 600);
        for (var star = 0; star < 90; star++)
            canvas.Fill(Shape.Circle(random.NextSingle() * 1200, random.NextSingle() * 430, 0.7f + (random.NextSingle() * 1.5f)), Ink.Of(0xFFFFFF), 0.7f, 1.5f);
        canvas.Fill(Shape.Circle(moonX, 240, 210), Ink.Of(moon), 0.2f, 200).Fill(Shape.Circle(moonX, 240, 78), Ink.Of(moon), 1, 2);
        canvas.Fill(Shape.Box(-1, 520, 1201, 901), (_, y) => low.Times(0.95f - ((y - 520) / 900)));
        for (var glint = 0; glint < 420; glint++)
        {
            var depth = random.NextSingle();
            var (y, spread) = (524 + (depth * 370), 40 + (depth * 190));
            var (x, length) = (moonX + ((random.NextSingle() - 0.5f) * 2 * spread), 8 + (random.NextSingle() * 55 * (0.3f + depth)));
            canvas.Fill(Shape.Line(x - length, y, x + length, y, 1.5f + (depth * 3.5f), 0.5f), Ink.Of(moon), 0.2f + (random.NextSingle() * 0.5f), 2);
        }
        return canvas.Grain(random, 0.05f);
    }

    public static Canvas Lattice(int seed, int wood, int paper, int glow)
    {
        var (random, canvas) = Begin(seed, 900, 1150, paper);
        canvas.Fill(Shape.Everything(canvas), (x, y) => Ink.Of(glow).To(Ink.Of(paper), Math.Clamp(MathF.Sqrt(((x - 330) * (x - 330)) + ((y - 400) * (y - 400))) / 720, 0, 1)));
        for (var leaf = 0; leaf < 22; leaf++)
        {
            var (x, y, angle) = (480 + (random.NextSingle() * 420), 40 + (random.NextSingle() * 620), random.NextSingle() * 3);
            canvas.Fill(Shape.Ellipse(x, y, 52, 13).Turned(x, y, angle), Ink.Of(0x3D4A33), 0.22f, 12);
        }
        var beam = Ink.Of(wood);
        void Beam(float x1, float y1, float x2, float y2, float width)
        {
            canvas.Fill(Shape.Line(x1 + 7, y1 + 9, x2 + 7, y2 + 9, width), Ink.Of(0x2A1C10), 0.25f, 16);
            canvas.Fill(Shape.Line(x1, y1, x2, y2, width), (px, py) => beam.Times(0.92f + (0.09f * Wave((px + py) / 23))), 1, 1.5f);
        }
        for (var x = 130f; x < 800; x += 80)
            Beam(x, 70, x, 1080, 11);
        foreach (var y in (float[])[200, 260, 320, 540, 600, 660, 880, 940, 1000])
            Beam(60, y, 840, y, 11);
        foreach (var (x1, y1, x2, y2) in ((float, float, float, float)[])[(50, 60, 850, 60), (50, 1090, 850, 1090), (50, 60, 50, 1090), (850, 60, 850, 1090), (450, 60, 450, 1090)])
            Beam(x1, y1, x2, y2, 34);
        return canvas.Grain(random, 0.04f);
    }

    public static Canvas Stripes(int seed)
    {
        var (random, canvas) = Begin(seed, 1000, 1000, 0xF1E9D8);
        var x = 0f;
        while (x < 1000)
        {
            var (width, ink) = (18 + (random.NextSingle() * 58), Ink.Of(Dancheong[random.Next(Dancheong.Length)]).To(Ink.Of(0xF7EFDD), random.NextSingle() * 0.3f));
            var left = x;
            canvas.Fill(
                new Shape((px, py) => MathF.Max(left + (5 * Wave((py / 210) + left)) - px, px - (left + width + (5 * Wave((py / 210) + left + width)))), left - 8, 0, left + width + 8, 1000),
                (px, py) => ink.Times(0.95f + (0.05f * MathF.Sin(py * 1.1f))), 1, 2);
            x += width;
        }
        return canvas.Grain(random, 0.08f);
    }

    private static (Random Random, Canvas Canvas) Begin(int seed, int width, int height, int ground) => (new Random(seed), new Canvas(width, height, Ink.Of(ground)));

    /// <summary>A smooth line of hills between -1 and 1.</summary>
    private static float Wave(float at) => (MathF.Sin(at * 1.7f) + MathF.Sin((at * 2.9f) + 1.3f) + MathF.Sin((at * 0.63f) + 4.1f)) / 3;
}
