using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Madang.Client.Http;

namespace Madang.Client;

/// <summary>
/// Uploads, finds, changes, delivers and deletes images. Calls that need the server throw <see cref="MadangException"/> when it refuses or cannot
/// be reached; what can be repeated safely was repeated before (see <see cref="MadangOptions.MaxAttempts"/>). URLs are built without asking it.
/// </summary>
public sealed class ImagesClient
{
    private readonly Transport _transport;
    private readonly MadangOptions _options;
    private readonly Readiness _readiness;
    private readonly UrlRoot _urls;

    internal ImagesClient(Transport transport, MadangOptions options, TimeProvider time) =>
        (_transport, _options, _readiness, _urls) = (transport, options, new(transport, time), new(options));

    /// <summary>Uploads one picture. It is delivered as soon as this returns; its prepared sizes follow (<see cref="WaitUntilReadyAsync"/>).</summary>
    /// <param name="upload">The picture.</param>
    /// <param name="progress">Told the bytes that have left.</param>
    /// <param name="cancellation">Breaks the upload off.</param>
    public Task<ImageResource> UploadAsync(ImageUpload upload, IProgress<UploadProgress>? progress = null, CancellationToken cancellation = default) =>
        _transport.SendAsync(new Uploading(upload, 0, progress).Call, ClientJson.Default.ImageResource, cancellation);

    /// <summary>
    /// Uploads many pictures, some at the same time (<see cref="MadangOptions.UploadConcurrency"/>). A bad one does not stop the others: each has its own result.
    /// </summary>
    /// <param name="uploads">The pictures; files are opened when it is their turn.</param>
    /// <param name="progress">Told the bytes that have left and, at the end of each file, its result.</param>
    /// <param name="cancellation">Breaks off what is on its way; what was uploaded stays, and was reported to <paramref name="progress"/>.</param>
    /// <returns>The results in the order of the pictures.</returns>
    public async Task<IReadOnlyList<UploadResult>> UploadManyAsync(
        IEnumerable<ImageUpload> uploads, IProgress<UploadProgress>? progress = null, CancellationToken cancellation = default)
    {
        // Single uploads side by side rather than one form to /api/images/batch: each file can be repeated alone under its key when the connection
        // breaks, the files spread over all nodes and cores, and there is no limit on their number. The batch endpoint serves browsers and curl.
        var files = uploads.ToArray();
        var results = new UploadResult[files.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.UploadConcurrency, CancellationToken = cancellation };
        await Parallel.ForAsync(0, files.Length, parallel, async (index, ending) =>
        {
            var uploading = new Uploading(files[index], index, progress);
            try
            {
                results[index] = new UploadResult.Uploaded(files[index], await _transport.SendAsync(uploading.Call, ClientJson.Default.ImageResource, ending));
            }
            catch (MadangException error)
            {
                results[index] = new UploadResult.Failed(files[index], error);
            }
            uploading.Ended(results[index]);
        });
        return results;
    }

    /// <summary>Shows an image. An id that there is not is refused with <c>image.unknown</c>.</summary>
    /// <param name="id">The image.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ImageResource> GetAsync(Guid id, CancellationToken cancellation = default) =>
        _transport.SendAsync(ApiCall.Get($"/api/images/{id}"), ClientJson.Default.ImageResource, cancellation);

    /// <summary>All images, newest first; pages are fetched as they are needed.</summary>
    /// <param name="pageSize">How many to fetch at once, 1 to 200.</param>
    /// <param name="cancellation">Gives up.</param>
    public async IAsyncEnumerable<ImageResource> ListAsync(int pageSize = 100, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string? after = null;
        do
        {
            var page = await ListPageAsync(after, pageSize, cancellation);
            foreach (var image in page.Items)
                yield return image;
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>One page of images, newest first.</summary>
    /// <param name="after">The <see cref="ImagePage.Next"/> of the page before; null for the first.</param>
    /// <param name="limit">How many at most, 1 to 200.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ImagePage> ListPageAsync(string? after = null, int limit = 50, CancellationToken cancellation = default)
    {
        var cursor = after is null ? "" : $"&after={Uri.EscapeDataString(after)}";
        return _transport.SendAsync(ApiCall.Get(string.Create(CultureInfo.InvariantCulture, $"/api/images?limit={limit}{cursor}")), ClientJson.Default.ImagePage, cancellation);
    }

    /// <summary>Renames an image or changes its caching time; what is null stays. Not repeated after a fault: it could undo a change made meanwhile.</summary>
    /// <param name="id">The image.</param>
    /// <param name="name">The new name.</param>
    /// <param name="cacheSeconds">The new caching time, up to a year.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The image as it is now.</returns>
    public Task<ImageResource> ChangeAsync(Guid id, string? name = null, int? cacheSeconds = null, CancellationToken cancellation = default) => _transport.SendAsync(
        new ApiCall(HttpMethod.Patch, $"/api/images/{id}") { Content = _ => JsonContent.Create(new ImageChange(name, cacheSeconds), ClientJson.Default.ImageChange) },
        ClientJson.Default.ImageResource, cancellation);

    /// <summary>Drops what every node has cached of an image, within a second. Browsers keep theirs: change <see cref="ImageUrl.Version"/> to pass them.</summary>
    /// <param name="id">The image.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task PurgeAsync(Guid id, CancellationToken cancellation = default) =>
        _transport.SendAsync(new ApiCall(HttpMethod.Post, $"/api/images/{id}/purge") { MayRepeat = () => true }, cancellation);

    /// <summary>Deletes an image, its original and everything made of it, on every node within a second.</summary>
    /// <param name="id">The image.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task DeleteAsync(Guid id, CancellationToken cancellation = default)
    {
        var repeated = false;
        try
        {
            await _transport.SendAsync(new ApiCall(HttpMethod.Delete, $"/api/images/{id}") { MayRepeat = () => repeated = true }, cancellation);
        }
        catch (MadangException error) when (repeated && error.Code == "image.unknown")
        {
            // An attempt before this one did it, and its answer was lost.
        }
    }

    /// <summary>Waits until all that was asked for is prepared.</summary>
    /// <param name="id">The image.</param>
    /// <param name="cancellation">Ends the waiting; give it a time limit if you have one.</param>
    /// <returns>The image, ready.</returns>
    /// <exception cref="MadangException">The picture cannot be decoded, the image was deleted, or the server cannot be asked.</exception>
    public Task<ImageResource> WaitUntilReadyAsync(Guid id, CancellationToken cancellation = default) =>
        _readiness.WaitAsync(id, () => GetAsync(id, cancellation), cancellation);

    /// <summary>The picture in the original's type and size with its name, without its metadata.</summary>
    /// <param name="id">The image.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ImageDownload> DownloadAsync(Guid id, CancellationToken cancellation = default) => FetchAsync(DownloadUrl(id), cancellation);

    /// <summary>The file exactly as it was uploaded, with all its metadata: where it was taken, too.</summary>
    /// <param name="id">The image.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ImageDownload> OriginalAsync(Guid id, CancellationToken cancellation = default) =>
        _transport.SendAsync(ApiCall.Get($"/api/images/{id}/original"), ImageDownload.ReadAsync, cancellation);

    /// <summary>The picture that a URL of this client names. It is signed if there is a <see cref="MadangOptions.SigningKey"/>.</summary>
    /// <param name="url">Made by this client; fetched from <see cref="MadangOptions.Address"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ImageDownload> FetchAsync(DeliveryUrl url, CancellationToken cancellation = default) => _transport.SendAsync(
        ApiCall.Get(url.Signature is null && _urls.CanSign ? url.Target(new Signature(null)) : url.Target(url.Signature)) with { Authorized = false }, ImageDownload.ReadAsync, cancellation);

    /// <summary>Where an image is seen: full size and in the format that suits the browser, unless you go on: <c>Url(id).Width(640)</c>.</summary>
    /// <param name="id">The image; it is not looked up.</param>
    public ImageUrl Url(Guid id) => new(_urls, id);

    /// <summary>The same for many, in their order: <c>Urls(ids, url => url.LongEdge(320))</c>.</summary>
    /// <param name="ids">The images.</param>
    /// <param name="shape">What to do to each.</param>
    public IReadOnlyList<ImageUrl> Urls(IEnumerable<Guid> ids, Func<ImageUrl, ImageUrl>? shape = null) => [.. ids.Select(id => shape is null ? Url(id) : shape(Url(id)))];

    /// <summary>Where an image is downloaded as a file: in the original's type and size with its name, without its metadata.</summary>
    /// <param name="id">The image.</param>
    public DownloadUrl DownloadUrl(Guid id) => new(_urls, id, null);

    /// <summary>Where an image is seen by the IIIF Image API 3.0.</summary>
    /// <param name="id">The image.</param>
    public IiifUrl Iiif(Guid id) => new(_urls, id);
}
