using Madang.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests.Client;

/// <summary>The samples of the package's README, as they stand there: <see cref="ReadmeTests"/> compares and runs them.</summary>
internal static class ReadmeSample
{
    public static async Task<string> UploadAsync(ServiceCollection services, Uri address, string apiKey, string photo)
    {
        // README
        services.AddMadang(options =>
        {
            options.Address = address; // http://127.0.0.1:5080
            options.ApiKey = apiKey;   // from: madang keys create --name shop --scope images:write --scope images:read
        });
        var images = services.BuildServiceProvider().GetRequiredService<MadangClient>().Images;

        var image = await images.UploadAsync(ImageUpload.FromFile(photo) with { Sizes = [320, 640, 1280] });
        var url = images.Url(image.Id);
        var html = $"""<img src="{url.Width(640)}" srcset="{url.Srcset(320, 640, 1280)}" sizes="50vw" alt="">""";
        // README
        return html;
    }

    public static async Task ReportAsync(ImagesClient images, string folder)
    {
        // README
        var results = await images.UploadManyAsync(Directory.GetFiles(folder).Select(ImageUpload.FromFile), new Progress<UploadProgress>(
            file => Console.WriteLine($"{file.Upload.Name}: {file.Fraction:P0}")));
        foreach (var failed in results.OfType<UploadResult.Failed>())
            Console.WriteLine($"{failed.Upload.Name} was not taken: {failed.Error.Detail}");
        // README
    }
}
