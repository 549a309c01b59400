using System.Globalization;
using Madang.Client.Http;

namespace Madang.Client;

/// <summary>One upload with all its attempts.</summary>
internal sealed class Uploading(ImageUpload upload, int index, IProgress<UploadProgress>? progress)
{
    // A refusal of the key, or of the length, then comes before the body has left; it is not worth a round trip for less.
    private const long WorthAsking = 256 * 1024;

    private bool _begun;

    public long SentBytes { get; private set; }

    public long? TotalBytes { get; private set; }

    public ApiCall Call => new(HttpMethod.Post, "/api/images")
    {
        // The server keeps one image for a key. So even an upload whose answer was lost is repeated safely, if its bytes can be had again.
        IdempotencyKey = upload.IdempotencyKey ?? Guid.CreateVersion7().ToString("N"),
        MayRepeat = () => upload.Source.CanRepeat || !_begun,
        Content = Form,
        AsksFirst = () => TotalBytes is null or >= WorthAsking,
    };

    public void Ended(UploadResult result) => progress?.Report(new(index, upload, SentBytes, TotalBytes, result));

    /// <summary>The fields stand before the file that they belong to: the server reads the form as it comes.</summary>
    private MultipartFormDataContent Form(Action alive)
    {
        var file = new FilePart(upload.Source, sent =>
        {
            alive();
            _begun = true;
            SentBytes = sent;
            progress?.Report(new(index, upload, sent, TotalBytes));
        });
        TotalBytes = file.Length;
        var form = new MultipartFormDataContent { { new StringContent(upload.Name), "name" } };
        if (upload.Sizes.Count > 0)
            form.Add(new StringContent(string.Join(',', upload.Sizes.Select(size => size.ToString(CultureInfo.InvariantCulture)))), "sizes");
        if (upload.CacheSeconds is { } seconds)
            form.Add(new StringContent(seconds.ToString(CultureInfo.InvariantCulture)), "cacheSeconds");
        // The real name went as a field: in a header, letters beyond ASCII are a matter of dispute.
        form.Add(file, "file", "file");
        return form;
    }
}
