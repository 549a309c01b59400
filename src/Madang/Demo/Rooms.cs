namespace Madang.Demo;

/// <summary>Second pictures: a work on a wall, so that one sees how large it is.</summary>
internal static class Rooms
{
    public static Canvas Hung(Canvas work, int wall, int floor)
    {
        var room = new Canvas(1100, 1000, Ink.Of(wall));
        room.Fill(Shape.Everything(room), (x, y) => Ink.Of(wall).Times(1.05f - (0.12f * MathF.Abs((x / 1100) - 0.3f)) - (y / 16000)));
        room.Fill(Shape.Box(-10, 830, 1110, 1010), (x, y) => Ink.Of(floor).Times(0.92f + ((y - 830) / 1400) + (0.02f * MathF.Sin((x * 0.02f) + (y * 0.4f)))));
        room.Fill(Shape.Box(-10, 808, 1110, 832), Ink.Of(0xF4EFE6));
        var width = work.Width > work.Height ? 430 : 330;
        var height = (int)(width * (float)work.Height / work.Width);
        var (left, top) = (550 - (width / 2), 395 - (height / 2));
        room.Fill(Shape.Box(left - 8, top + 2, left + width + 30, top + height + 34), Ink.Of(0x1A140E), 0.35f, 46);
        room.Fill(Shape.Box(left - 20, top - 20, left + width + 20, top + height + 20, 2), (x, y) => Ink.Of(0x6B4A2E).Times(1.05f - ((x + y) / 6000)));
        room.Fill(Shape.Box(left - 12, top - 12, left + width + 12, top + height + 12), Ink.Of(0xFBF8F1));
        room.Place(work, left, top, width);
        room.Fill(Shape.Ellipse(560, 905, 330, 26), Ink.Of(0x1A140E), 0.35f, 40);
        foreach (var x in (float[])[300, 780])
            room.Fill(Shape.Line(x, 780, x + (x < 500 ? -22 : 22), 905, 15), Ink.Of(0x8A6038));
        return room.Fill(Shape.Box(250, 742, 850, 786, 14), (x, _) => Ink.Of(0xA8784A).Times(0.97f + (0.04f * MathF.Sin(x * 0.09f)))).Grain(new Random(5), 0.025f);
    }
}
