using Madang.Images.Caching;
using Madang.Images.Delivery;
using Madang.Images.Domain;
using Madang.Images.Imaging;
using Madang.Images.Storage;
using Madang.Platform.Blobs;
using Madang.Platform.Data;
using Madang.Platform.Live;
using Madang.Platform.Work;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Images.Features;

/// <summary>
/// The job behind an upload: mezzanine, placeholder, dominant colour and the asked sizes, all from one decoding. It may run again after a
/// crash and then writes the same files over. The original is never touched.
/// </summary>
internal sealed class PrepareImage(
    NpgsqlDataSource source, ImageStore store, IBlobStore blobs, ImageCatalog catalog, LiveTopics live, Admission admission, DeliveryRules rules,
    ScratchFolder scratch, IOptions<ImagesOptions> options, TimeProvider time)
    : IWorkHandler<PrepareImage.Job>
{
    public const string Kind = "images.prepare";

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        if (await store.FindAsync(payload.Id, ct) is not { } image)
        {
            // Deleted. An attempt that was killed may have stored files after the deletion's own job had cleared away.
            await blobs.DeleteAll(ImageRow.Prefix(payload.Id), ct);
            return;
        }
        try
        {
            await PrepareAsync(image, context, ct);
        }
        catch (ImagingException broken)
        {
            await FinishAsync(image.Id, context, tx => ImageStore.SetFailedAsync(image.Id, broken.Code, broken.Message, time.GetUtcNow(), tx), ct);
        }
        catch (Exception) when (context.Attempt >= context.MaxAttempts && !ct.IsCancellationRequested)
        {
            // Watchers must not wait for ever. The job is parked as dead, from where the operator may try it again; the picture is delivered meanwhile.
            await TellAsync(image.Id, tx => ImageStore.SetFailedAsync(
                image.Id, Refusals.NotPrepared, "The picture could not be prepared; it is delivered from its original.", time.GetUtcNow(), tx), ct);
            throw;
        }
    }

    private async Task PrepareAsync(ImageRow image, WorkContext context, CancellationToken ct)
    {
        await using var original = await blobs.OpenFile(image.OriginalKey, ct) ?? throw new InvalidOperationException($"The original of image {image.Id} is missing.");
        using var folder = scratch.NewFolder();
        var plans = PreparedSizes.Plans(image, PreparedSizes.Formats(options.Value), rules.Limits);
        var mezzaninePath = folder.NewPath();
        var outputs = plans.Select(plan => new RenderOutput(plan, folder.NewPath())).ToList();

        var weight = MemoryEstimate.OfMezzanine(Prober.Probe(original.Path), plans);
        Mezzanine mezzanine;
        using ((await admission.Enter(weight, ct, patient: true)).Value)
        {
            (mezzanine, _) = await Task.Run(() => Mezzanine.Make(original.Path, mezzaninePath, outputs, ct), ct);
        }

        var mezzanineKey = ImageRow.Key(image.Id, $"mezzanine.{mezzanine.Format.Extension()}");
        await PutAsync(mezzanineKey, mezzaninePath, mezzanine.Format.MediaType(), ct);
        foreach (var output in outputs)
            await PutAsync(PreparedSizes.BlobKey(image.Id, VariantName.Of(output.Plan)), output.Path, output.Plan.Format.MediaType(), ct);

        var alive = false;
        await FinishAsync(image.Id, context, async tx => alive = await ImageStore.SetReadyAsync(
            image.Id, mezzanineKey, mezzanine, time.GetUtcNow(), tx), ct);
        // Deleted while we worked: what was just stored belongs to nobody.
        if (!alive)
            await blobs.DeleteAll(ImageRow.Prefix(image.Id), ct);
    }

    private async Task PutAsync(string key, string path, string mediaType, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
        await blobs.Put(key, file, mediaType, ct);
    }

    /// <summary>The new state, the news of it and the end of the job are one commit.</summary>
    private Task FinishAsync(Guid id, WorkContext context, Func<NpgsqlTransaction, Task> write, CancellationToken ct) => TellAsync(id, async tx =>
    {
        await write(tx);
        await context.Complete(tx, ct);
    }, ct);

    private Task TellAsync(Guid id, Func<NpgsqlTransaction, Task> write, CancellationToken ct) => source.InTransaction(async tx =>
    {
        await write(tx);
        await catalog.ChangedAsync(id, tx);
        if (await ImageStore.StatusAsync(id, tx) is { } status)
            await live.Publish(WatchImage.Topic(id), status, tx, ct);
    }, ct);

    internal sealed record Job(Guid Id);
}
