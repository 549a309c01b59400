using Madang.Images.Domain;
using Madang.Images.Imaging.Native;

namespace Madang.Images.Imaging;

/// <summary>
/// The same region of one source at several sizes, asked for from the largest to the smallest. The first is made from the file;
/// each other from the smallest that has twice its size, or from the first (nobody sees the difference: about 50 dB).
/// </summary>
internal sealed class ScaledSizes(SourceFile source, PixelRect? region) : IDisposable
{
    private readonly List<VipsImage> made = [];

    public VipsImage Scale(PixelSize size, CancellationToken cancellation)
    {
        var image = made.Find(m => m.Size == size);
        if (image is null)
        {
            image = BaseFor(size) is { } larger
                ? Scaler.Resize(larger.Reference(), size)
                : Scaler.Scale(source, region, size, cancellation);
            image = image.ToMemory(cancellation);
            made.Add(image);
        }

        return image.Reference();
    }

    public void Dispose() => made.ForEach(image => image.Dispose());

    private VipsImage? BaseFor(PixelSize size) => made.FindLast(m => Covers(m, size, 2)) ?? made.Find(m => Covers(m, size, 1));

    private static bool Covers(VipsImage image, PixelSize size, int times) =>
        image.Width >= times * size.Width && image.Height >= times * size.Height;
}
