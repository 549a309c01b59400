namespace Madang.Tests.Images.Imaging;

/// <summary>Files for one test, gone afterwards.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("madang-pictures-");
    private int files;

    public string NewPath(string extension = "bin") => Path.Combine(folder.FullName, $"{++files}.{extension}");

    public string With(byte[] bytes)
    {
        var path = NewPath();
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
