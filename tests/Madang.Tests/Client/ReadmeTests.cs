using System.Net;
using System.Text.RegularExpressions;
using Madang.Tests.Images;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests.Client;

/// <summary>The README's samples are the code of <see cref="ReadmeSample"/>, and that code works.</summary>
public partial class ReadmeTests(ClientHost host) : IClassFixture<ClientHost>
{
    [Fact]
    public void The_samples_in_the_README_are_those_that_are_compiled()
    {
        var compiled = Resource("client/ReadmeSample.cs").Split("        // README\n").Where((_, index) => index % 2 == 1)
            .Select(code => string.Join('\n', code.Split('\n').Select(line => line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line)));
        var written = Resource("client/README.md").Split("```csharp\n").Skip(1).Select(rest => rest.Split("```")[0]);
        Assert.Equal(compiled, written);
    }

    [Fact]
    public async Task The_first_gives_a_picture_in_every_size_that_it_names()
    {
        var photo = Path.Combine(host.First.Folder, "photo.jpg");
        await File.WriteAllBytesAsync(photo, Pictures.Jpeg());
        var key = await host.First.NewKeyAsync(["images:read", "images:write"]);

        var html = await ReadmeSample.UploadAsync(new ServiceCollection(), host.First.Address, key, photo);

        var urls = Address().Matches(html).Select(match => match.Value).ToArray();
        Assert.Equal(4, urls.Length);
        using var browser = host.Stranger();
        foreach (var url in urls)
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(url)).StatusCode);
    }

    [Fact]
    public async Task The_second_uploads_a_folder()
    {
        var folder = Directory.CreateDirectory(Path.Combine(host.First.Folder, "photos")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "good.png"), Pictures.Png());
        await File.WriteAllBytesAsync(Path.Combine(folder, "bad.png"), Pictures.TextNamedJpg());
        var images = await host.ImagesAsync();
        await ReadmeSample.ReportAsync(images, folder);
        Assert.Equal("good.png", (await images.ListPageAsync(limit: 1)).Items.Single().Name);
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(ReadmeTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("http://[^ \"]+", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
