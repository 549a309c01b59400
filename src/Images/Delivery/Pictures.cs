using Madang.Images.Caching;
using Madang.Images.Domain;
using Madang.Images.Imaging;
using Madang.Images.Storage;
using Madang.Platform.Blobs;
using Madang.Platform.Web;

namespace Madang.Images.Delivery;

/// <summary>
/// Gives the picture that a plan describes: from this node's cache, else as a job prepared it, else made now. However many ask for one picture at once,
/// it is made once.
/// </summary>
internal sealed class Pictures(VariantCache cache, IBlobStore blobs, Admission admission, CacheMetrics metrics, TimeProvider time)
{
    private readonly SingleFlight<VariantKey, VariantFile> _flights = new();

    public static VariantKey KeyOf(ImageRow image, RenderPlan plan) => new(image.Id, image.Version, VariantName.Of(plan));

    /// <summary>The picture, open; refusals are <see cref="FailureException"/>s: 503 <c>images.busy</c>, 422 for a source that cannot be decoded.</summary>
    public async Task<VariantFile> OpenAsync(ImageRow image, RenderPlan plan, CancellationToken cancellation)
    {
        var key = KeyOf(image, plan);
        return cache.TryOpen(key) ?? await _flights.Run(key, abandoned => MakeAsync(image, plan, key, abandoned), cancellation);
    }

    private async Task<VariantFile> MakeAsync(ImageRow image, RenderPlan plan, VariantKey key, CancellationToken cancellation)
    {
        // Another flight may have landed between the look into the cache and this one's start.
        if (cache.TryOpen(key) is { } made)
            return made;
        try
        {
            return await cache.Add(key, plan.Format, TimeSpan.FromSeconds(image.CacheSeconds), async (path, cancel) =>
            {
                if (!await CopyPreparedAsync(image, plan, key, path, cancel))
                    await RenderAsync(image, plan, path, cancel);
            }, cancellation);
        }
        catch (ImagingException broken)
        {
            throw new FailureException(new(broken.Code, broken.Message));
        }
    }

    private async Task<bool> CopyPreparedAsync(ImageRow image, RenderPlan plan, VariantKey key, string path, CancellationToken cancellation)
    {
        if (image.Status != ImageRow.Ready || !PreparedSizes.Include(image, plan))
            return false;
        await using var blob = await blobs.Open(PreparedSizes.BlobKey(image.Id, key.Variant), null, cancellation);
        if (blob is null)
            return false;
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        await blob.Stream.CopyToAsync(file, cancellation);
        return true;
    }

    private async Task RenderAsync(ImageRow image, RenderPlan plan, string path, CancellationToken cancellation)
    {
        var fromMezzanine = SourceChoice.MezzanineServes(image, plan);
        // Admitted before it is opened: opening an object of S3 copies it to this node's disk.
        var weight = MemoryEstimate.Of(SourceChoice.Describe(image, fromMezzanine), plan);
        using var place = (await admission.Enter(weight, cancellation)).Value;
        await using var source = await blobs.OpenFile(fromMezzanine ? image.Mezzanine! : image.OriginalKey, cancellation)
            ?? throw Unknown();
        try
        {
            var since = time.GetTimestamp();
            await Task.Run(() => Renderer.Render(source.Path, plan, path, cancellation), cancellation);
            metrics.Rendered(time.GetElapsedTime(since), fromMezzanine);
        }
        catch (IOException gone) when (gone is FileNotFoundException or DirectoryNotFoundException && !File.Exists(source.Path))
        {
            throw Unknown(); // deleted while it waited for its turn, or in the making
        }
    }

    private static FailureException Unknown() => new(new("image.unknown", "There is no such image.", 404));
}
