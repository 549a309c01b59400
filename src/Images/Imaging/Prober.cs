namespace Madang.Images.Imaging;

/// <summary>Looks at a file that somebody sent, without decoding a pixel.</summary>
internal static class Prober
{
    /// <summary>Cameras and encoders make about ten. Each costs a pass over the whole picture, and thousands fit into a small file.</summary>
    private const int MaxScans = 100;

    /// <summary>
    /// What the file is. Call it before anything else, then <see cref="ImageLimits.Check"/>: together they refuse what is
    /// empty, cut short, of another type or too costly, for the price of reading the file once.
    /// </summary>
    /// <exception cref="ImagingException">With a code of the image.* family.</exception>
    public static SourceInfo Probe(string path)
    {
        var source = SourceFile.Open(path);
        using var file = File.OpenRead(path);
        var structure = FileStructure.Read(file, source.Format);
        if (!structure.IsWhole)
        {
            throw new ImagingException(ImagingException.Truncated, $"The {source.Format} file ends too early.");
        }

        if (structure.Scans > MaxScans)
        {
            throw new ImagingException(ImagingException.Corrupt, $"The JPEG file comes in {structure.Scans} scans; at most {MaxScans} are taken.");
        }

        return new SourceInfo(
            source.Format,
            source.Upright.Width,
            source.Upright.Height,
            source.Orientation,
            source.HasAlpha,
            source.Frames,
            structure.Interlaced,
            source.HasProfile,
            source.BytesPerPixel,
            file.Length);
    }
}
