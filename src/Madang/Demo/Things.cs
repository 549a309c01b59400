namespace Madang.Demo;

/// <summary>Second-hand goods as somebody photographed them on a table, drawn by code.</summary>
internal static class Things
{
    public static Canvas Camera(int seed, int ground, int leather)
    {
        var canvas = Table(seed, ground, out var random);
        Shadow(canvas, 500, 735, 330);
        canvas.Fill(Shape.Box(400, 262, 610, 345, 18), Ink.Of(0xBFC2C4)).Fill(Shape.Box(245, 285, 335, 345, 12), Ink.Of(0x9FA3A6)).Fill(Shape.Circle(715, 300, 34).Within(Shape.Box(660, 260, 780, 330)), Ink.Of(0x8B8F92));
        canvas.Fill(Shape.Box(180, 325, 820, 735, 36), (_, y) => Ink.Of(0xD5D7D8).Times(1.05f - ((y - 325) / 2400)));
        canvas.Fill(Shape.Box(180, 405, 820, 665), (x, y) => Ink.Of(leather).Times(0.92f + (0.08f * MathF.Sin(x * 0.9f) * MathF.Sin(y * 0.9f))));
        Lens(canvas, 500, 530, 170);
        canvas.Fill(Shape.Box(440, 280, 570, 330, 8), Ink.Of(0x20262B)).Fill(Shape.Box(450, 286, 510, 324, 6), Ink.Of(0x5D7C94), 0.8f, 6);
        return canvas.Fill(Shape.Circle(735, 372, 12), Ink.Of(0xC8432B)).Grain(random, 0.03f);
    }

    public static Canvas Bicycle(int seed, int ground, int frame)
    {
        var canvas = Table(seed, ground, out var random);
        Shadow(canvas, 500, 800, 420, 26);
        foreach (var x in (float[])[270, 730])
        {
            canvas.Fill(Shape.Circle(x, 620, 176).Outline(20), Ink.Of(0x22262A)).Fill(Shape.Circle(x, 620, 160).Outline(7), Ink.Of(0xC9CDD0));
            for (var spoke = 0; spoke < 14; spoke++)
                canvas.Fill(Shape.Line(x, 620, x + (158 * MathF.Cos(spoke * MathF.Tau / 14)), 620 + (158 * MathF.Sin(spoke * MathF.Tau / 14)), 2), Ink.Of(0x8F9599), 0.8f);
            canvas.Fill(Shape.Circle(x, 620, 14), Ink.Of(0x60666A));
        }
        foreach (var (x1, y1, x2, y2) in ((float, float, float, float)[])[(270, 620, 480, 640), (270, 620, 410, 400), (410, 400, 480, 640), (410, 400, 655, 385), (480, 640, 660, 410), (645, 330, 730, 620)])
            canvas.Fill(Shape.Line(x1, y1, x2, y2, 19), (x, y) => Ink.Of(frame).Times(1.05f - ((y - 330) / 2200)));
        canvas.Fill(Shape.Line(410, 400, 395, 340, 13), Ink.Of(0x9BA0A4)).Fill(Shape.Box(330, 312, 470, 344, 16), Ink.Of(0x5B3A24));
        canvas.Fill(Shape.Line(645, 330, 640, 285, 13), Ink.Of(0x9BA0A4)).Fill(Shape.Line(640, 285, 735, 292, 14), Ink.Of(0x9BA0A4)).Fill(Shape.Line(700, 290, 745, 294, 22), Ink.Of(0x5B3A24));
        return canvas.Fill(Shape.Circle(480, 640, 42).Outline(10), Ink.Of(0x50565A)).Fill(Shape.Line(480, 640, 520, 712, 9), Ink.Of(0x50565A)).Fill(Shape.Box(492, 706, 560, 722, 6), Ink.Of(0x22262A)).Grain(random, 0.03f);
    }

    public static Canvas Chair(int seed, int ground, int wood, int seat)
    {
        var canvas = Table(seed, ground, out var random);
        Shadow(canvas, 510, 862, 280, 30);
        var ink = Ink.Of(wood);
        Ink Grain(float x, float y) => ink.Times(0.95f + (0.06f * MathF.Sin((x * 0.11f) + (y * 0.02f))));
        foreach (var (x1, y1, x2, y2) in ((float, float, float, float)[])[(355, 560, 305, 860), (650, 560, 705, 860), (420, 540, 395, 800), (600, 540, 625, 800)])
            canvas.Fill(Shape.Line(x1, y1, x2, y2, 28, 17), Grain);
        canvas.Fill(Shape.Line(365, 560, 335, 170, 24, 20), Grain).Fill(Shape.Line(645, 560, 675, 170, 24, 20), Grain);
        canvas.Fill(Shape.Box(318, 165, 690, 262, 44), Grain).Fill(Shape.Line(345, 350, 665, 350, 20), Grain);
        canvas.Fill(Shape.Box(315, 520, 690, 598, 34), (_, y) => Ink.Of(seat).Times(1.1f - ((y - 520) / 320)));
        return canvas.Fill(Shape.Box(330, 526, 675, 548, 12), Ink.Of(0xFFFFFF), 0.14f, 14).Grain(random, 0.03f);
    }

    public static Canvas Lamp(int seed, int ground, int shade)
    {
        var canvas = Table(seed, ground, out var random);
        canvas.Fill(Shape.Circle(500, 470, 460), Ink.Of(0xFFE7A8), 0.42f, 420);
        Shadow(canvas, 500, 850, 190, 24);
        canvas.Fill(Shape.Line(500, 480, 500, 835, 17), Ink.Of(0xA67C3A)).Fill(Shape.Ellipse(500, 845, 150, 28), Ink.Of(0x8A6428)).Fill(Shape.Ellipse(500, 836, 150, 26), Ink.Of(0xB88B45));
        canvas.Fill(Shape.Polygon((375, 190), (625, 190), (735, 500), (265, 500)), (x, y) => Ink.Of(shade).To(Ink.Of(0xFFF3CF), Math.Clamp(0.75f - (MathF.Abs(x - 500) / 330) + ((y - 190) / 900), 0, 0.9f)));
        canvas.Fill(Shape.Ellipse(500, 500, 235, 20), Ink.Of(0xFFF8E0), 0.9f, 3);
        return canvas.Fill(Shape.Line(575, 500, 575, 590, 3), Ink.Of(0xA67C3A)).Fill(Shape.Circle(575, 598, 9), Ink.Of(0xB88B45)).Grain(random, 0.03f);
    }

    public static Canvas Guitar(int seed, int ground, int body)
    {
        var canvas = Table(seed, ground, out var random);
        Shadow(canvas, 500, 900, 250, 26);
        canvas.Fill(Shape.Box(472, 90, 528, 480), Ink.Of(0x5A3A22)).Fill(Shape.Polygon((462, 90), (538, 90), (552, 20), (448, 20)), Ink.Of(0x3A2415));
        var wood = Ink.Of(body);
        var outline = Shape.Circle(500, 700, 205).And(Shape.Circle(500, 500, 152)).And(Shape.Box(365, 520, 635, 680, 40));
        canvas.Fill(outline, (x, y) => wood.To(wood.Times(0.55f), Math.Clamp(((MathF.Abs(x - 500) / 240) * 0.75f) - 0.1f + (0.05f * MathF.Sin(x * 0.3f)), 0, 1)));
        canvas.Fill(outline.Outline(9), Ink.Of(0x2B1A0E), 0.9f).Fill(Shape.Circle(500, 590, 66), Ink.Of(0x1C130C)).Fill(Shape.Circle(500, 590, 72).Outline(8), Ink.Of(0xEBD9B0), 0.9f);
        canvas.Fill(Shape.Box(474, 90, 526, 545), Ink.Of(0x3B2617));
        for (var fret = 0; fret < 12; fret++)
            canvas.Fill(Shape.Line(474, 120 + (fret * 33), 526, 120 + (fret * 33), 3), Ink.Of(0xC9B98F), 0.9f);
        canvas.Fill(Shape.Box(420, 760, 580, 788, 8), Ink.Of(0x2B1A0E));
        for (var one = 0; one < 6; one++)
            canvas.Fill(Shape.Line(481 + (one * 7.6f), 60, 481 + (one * 7.6f), 772, 1.6f), Ink.Of(0xE8E4DA), 0.9f);
        return canvas.Grain(random, 0.03f);
    }

    public static Canvas Turntable(int seed, int ground, int box)
    {
        var canvas = Table(seed, ground, out var random);
        Shadow(canvas, 500, 810, 400, 44);
        canvas.Fill(Shape.Box(120, 250, 880, 800, 26), (x, y) => Ink.Of(box).Times(1.04f - ((y - 250) / 2600) + (0.02f * MathF.Sin(x * 0.2f))));
        canvas.Fill(Shape.Circle(430, 525, 238), Ink.Of(0x8E9296)).Fill(Shape.Circle(430, 525, 228), Ink.Of(0x16181A));
        for (var groove = 0; groove < 17; groove++)
            canvas.Fill(Shape.Circle(430, 525, 100 + (groove * 7.4f)).Outline(1.4f), Ink.Of(0x4A4E52), 0.6f);
        canvas.Fill(Shape.Polygon((430, 525), (610, 380), (650, 440)).Within(Shape.Circle(430, 525, 226)), Ink.Of(0xFFFFFF), 0.1f, 20);
        canvas.Fill(Shape.Circle(430, 525, 80), Ink.Of(0xC8432B)).Fill(Shape.Circle(430, 525, 80).Within(Shape.Box(340, 525, 520, 620)), Ink.Of(0xE2A72E)).Fill(Shape.Circle(430, 525, 8), Ink.Of(0xEDEDED));
        canvas.Fill(Shape.Circle(770, 350, 52), Ink.Of(0xC9CCCE)).Fill(Shape.Line(770, 350, 760, 610, 13), Ink.Of(0xE4E6E7)).Fill(Shape.Line(760, 610, 640, 650, 13), Ink.Of(0xE4E6E7)).Fill(Shape.Box(612, 634, 662, 670, 8).Turned(637, 652, -0.3f), Ink.Of(0x2B2F33));
        return canvas.Fill(Shape.Circle(800, 720, 26), Ink.Of(0xC9CCCE)).Fill(Shape.Circle(190, 740, 18), Ink.Of(0xC9CCCE)).Grain(random, 0.03f);
    }

    public static Canvas Keyboard(int seed, int ground, int caps, int accent)
    {
        var canvas = Table(seed, ground, out var random);
        Shadow(canvas, 500, 672, 440, 36);
        canvas.Fill(Shape.Box(70, 320, 930, 672, 26), Ink.Of(caps).Times(0.72f)).Fill(Shape.Box(84, 332, 916, 652, 18), Ink.Of(0x2A2D30));
        for (var row = 0; row < 5; row++)
        {
            var x = 98f;
            for (var key = 0; x < 880; key++)
            {
                var width = (row, key) switch { (4, 3) => 330f, (3, 0) => 118f, (2, 0) => 96f, (1, 0) => 78f, _ => 54f };
                width = MathF.Min(width, 903 - x);
                if (width < 30)
                    break;
                var ink = Ink.Of((row, key) is (0, 0) or (2, 12) or (4, 3) ? accent : caps);
                canvas.Fill(Shape.Box(x, 346 + (row * 60f), x + width - 6, 398 + (row * 60f), 9), ink.Times(0.78f)).Fill(Shape.Box(x + 4, 347 + (row * 60f), x + width - 10, 388 + (row * 60f), 8), ink);
                x += width;
            }
        }
        return canvas.Grain(random, 0.03f);
    }

    public static Canvas Cup(int seed, int ground, int glaze, int band)
    {
        var canvas = Table(seed, ground, out var random);
        Shadow(canvas, 500, 770, 250, 40);
        canvas.Fill(Shape.Circle(695, 560, 96).Outline(34), Ink.Of(glaze).Times(0.9f));
        var body = Shape.Polygon((290, 390), (710, 390), (668, 735), (640, 770), (360, 770), (332, 735));
        canvas.Fill(body, (x, y) => (y is > 520 and < 600 ? Ink.Of(band) : Ink.Of(glaze)).Times(1.08f - (MathF.Abs(x - 420) / 560)), 1, 2);
        canvas.Fill(Shape.Ellipse(500, 390, 210, 44), Ink.Of(glaze).Times(1.05f)).Fill(Shape.Ellipse(500, 396, 188, 34), Ink.Of(0x3A2415)).Fill(Shape.Ellipse(470, 390, 90, 13), Ink.Of(0xB98B5E), 0.5f, 16);
        for (var steam = 0; steam < 3; steam++)
            for (var y = 0; y < 150; y += 6)
                canvas.Fill(Shape.Circle(430 + (steam * 70) + (18 * MathF.Sin((y / 26f) + steam)), 340 - y, 9), Ink.Of(0xFFFFFF), 0.09f, 16);
        return canvas.Fill(Shape.Ellipse(390, 560, 26, 120), Ink.Of(0xFFFFFF), 0.3f, 40).Grain(random, 0.03f);
    }

    public static Canvas Books(int seed, int ground, params int[] covers)
    {
        var canvas = Table(seed, ground, out var random);
        Shadow(canvas, 500, 812, 360, 40);
        var y = 810f;
        foreach (var cover in covers)
        {
            var (height, inset) = (66 + (random.NextSingle() * 40), random.NextSingle() * 90);
            var (left, right, top) = (190 + inset, 800 - (random.NextSingle() * 90), y - height);
            canvas.Fill(Shape.Box(left, top, right, y, 7), (px, _) => Ink.Of(cover).Times(1.04f - ((px - left) / 3200)));
            canvas.Fill(Shape.Box(right - 26, top + 8, right + 6, y - 8), Ink.Of(0xF3ECDB)).Fill(Shape.Box(left + 46, top, left + 58, y), Ink.Of(0xF3E2B4), 0.85f);
            canvas.Fill(Shape.Box(left + 90, top + (height * 0.38f), left + 90 + 120 + (random.NextSingle() * 150), top + (height * 0.6f), 4), Ink.Of(0xFFFFFF), 0.72f);
            y = top;
        }
        return canvas.Grain(random, 0.03f);
    }

    public static Canvas Watch(int seed, int ground, int strap, int face)
    {
        var canvas = Table(seed, ground, out var random);
        canvas.Fill(Shape.Ellipse(530, 540, 230, 230), Ink.Of(0x1A1510), 0.3f, 90);
        canvas.Fill(Shape.Box(410, 30, 590, 330, 20), Ink.Of(strap)).Fill(Shape.Box(410, 690, 590, 980, 20), Ink.Of(strap)).Fill(Shape.Box(424, 40, 576, 980, 10).Outline(3), Ink.Of(0xF3E2B4), 0.5f);
        canvas.Fill(Shape.Box(738, 482, 778, 538, 9), Ink.Of(0xB3B7BA)).Fill(Shape.Circle(500, 510, 246), (x, y) => Ink.Of(0xE0E2E3).Times(1.12f - ((x + y) / 3300))).Fill(Shape.Circle(500, 510, 208), Ink.Of(face));
        for (var hour = 0; hour < 12; hour++)
        {
            var (sin, cos) = MathF.SinCos(hour * MathF.Tau / 12);
            canvas.Fill(Shape.Line(500 + (cos * 160), 510 + (sin * 160), 500 + (cos * 188), 510 + (sin * 188), hour % 3 == 0 ? 13 : 6), Ink.Of(0x2B2F33).To(Ink.Of(0xFFFFFF), face < 0x888888 ? 1 : 0));
        }
        var hands = Ink.Of(face < 0x888888 ? 0xF7F7F7 : 0x1C1F22);
        canvas.Fill(Shape.Line(500, 510, 425, 430, 15, 8), hands).Fill(Shape.Line(500, 510, 610, 395, 11, 5), hands).Fill(Shape.Line(488, 545, 540, 365, 4), Ink.Of(0xC8432B)).Fill(Shape.Circle(500, 510, 14), hands);
        return canvas.Fill(Shape.Ellipse(440, 420, 120, 60), Ink.Of(0xFFFFFF), 0.14f, 70).Grain(random, 0.025f);
    }

    public static Canvas Plant(int seed, int ground, int pot)
    {
        var canvas = Table(seed, ground, out var random);
        Shadow(canvas, 500, 850, 210, 32);
        for (var leaf = 0; leaf < 13; leaf++)
        {
            var (angle, length) = (-2.75f + (leaf * 0.2f) + (random.NextSingle() * 0.12f), 190 + (random.NextSingle() * 170));
            var (x, y) = (500 + (MathF.Cos(angle) * length), 560 + (MathF.Sin(angle) * length));
            var ink = Ink.Of(0x2F6B45).To(Ink.Of(0x8DB36B), random.NextSingle());
            canvas.Fill(Shape.Line(500, 600, x, y, 6), ink.Times(0.7f));
            canvas.Fill(Shape.Ellipse(x, y, 94, 46).Turned(x, y, angle), ink).Fill(Shape.Line(x - (MathF.Cos(angle) * 80), y - (MathF.Sin(angle) * 80), x + (MathF.Cos(angle) * 84), y + (MathF.Sin(angle) * 84), 3), ink.Times(0.75f));
        }
        canvas.Fill(Shape.Polygon((350, 600), (650, 600), (612, 850), (388, 850)), (x, _) => Ink.Of(pot).Times(1.1f - (MathF.Abs(x - 440) / 620)));
        return canvas.Fill(Shape.Box(334, 575, 666, 640, 12), (x, _) => Ink.Of(pot).Times(1.16f - (MathF.Abs(x - 440) / 620))).Grain(random, 0.03f);
    }

    public static Canvas Tent(int seed, int ground, int cloth)
    {
        var canvas = Table(seed, ground, out var random);
        canvas.Fill(Shape.Circle(780, 210, 78), Ink.Of(0xFFF1C4), 0.95f, 4).Fill(Shape.Box(-10, 760, 1010, 1010), Ink.Of(0x5F7A4B), 0.85f, 8);
        Shadow(canvas, 500, 812, 410, 34);
        canvas.Fill(Shape.Polygon((500, 270), (905, 810), (95, 810)), (x, y) => Ink.Of(cloth).Times(x < 500 ? 1.05f : 0.84f), 1, 1.5f);
        canvas.Fill(Shape.Polygon((500, 360), (640, 810), (360, 810)), Ink.Of(0x2B2620)).Fill(Shape.Polygon((500, 360), (415, 810), (300, 810)), Ink.Of(cloth).Times(1.2f)).Fill(Shape.Polygon((500, 360), (585, 810), (700, 810)), Ink.Of(cloth).Times(0.97f));
        canvas.Fill(Shape.Line(500, 270, 500, 240, 9), Ink.Of(0x6A4B2C)).Fill(Shape.Line(220, 640, 60, 850, 3), Ink.Of(0xF3E9D2)).Fill(Shape.Line(780, 640, 945, 850, 3), Ink.Of(0xF3E9D2));
        return canvas.Fill(Shape.Circle(500, 720, 120), Ink.Of(0xFFC765), 0.35f, 160).Grain(random, 0.03f);
    }

    private static Canvas Table(int seed, int ground, out Random random)
    {
        random = new Random(seed);
        var canvas = new Canvas(1000, 1000, Ink.Of(ground));
        var wall = Ink.Of(ground);
        return canvas.Fill(Shape.Everything(canvas), (x, y) => wall.Times((y < 700 ? 1.0f : 0.94f + ((y - 700) / 5000)) * (1.06f - (0.13f * MathF.Abs((x / 1000) - 0.35f)))))
            .Fill(Shape.Box(-20, 690, 1020, 712), wall.Times(0.9f), 0.6f, 34);
    }

    private static void Shadow(Canvas canvas, float x, float y, float halfWidth, float halfHeight = 38) =>
        canvas.Fill(Shape.Ellipse(x + 24, y, halfWidth, halfHeight), Ink.Of(0x17120D), 0.42f, 56);

    private static void Lens(Canvas canvas, float x, float y, float radius) => canvas
        .Fill(Shape.Circle(x, y, radius), Ink.Of(0x17191B)).Fill(Shape.Circle(x, y, radius - 6).Outline(8), Ink.Of(0x6B7075)).Fill(Shape.Circle(x, y, radius * 0.78f).Outline(5), Ink.Of(0x3A3F43))
        .Fill(Shape.Circle(x, y, radius * 0.6f), (px, py) => Ink.Of(0x0E1B2C).To(Ink.Of(0x41628A), Math.Clamp((px - x + py - y + radius) / (radius * 3), 0, 1)))
        .Fill(Shape.Circle(x - (radius * 0.22f), y - (radius * 0.24f), radius * 0.16f), Ink.Of(0xFFFFFF), 0.75f, 14).Fill(Shape.Circle(x + (radius * 0.2f), y + (radius * 0.24f), radius * 0.08f), Ink.Of(0xB9D4EE), 0.6f, 8);
}
