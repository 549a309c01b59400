using Madang.Images.Storage;
using Madang.Platform.Blobs;
using Madang.Platform.Work;

namespace Madang.Images.Features;

/// <summary>The job that clears away the stored files of an image that has no row: deleted, or never finished uploading. A living image is not touched.</summary>
internal sealed class EraseImage(ImageStore store, IBlobStore blobs) : IWorkHandler<EraseImage.Job>
{
    public const string Kind = "images.erase";

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        if (await store.FindAsync(payload.Id, ct) is null)
            await blobs.DeleteAll(ImageRow.Prefix(payload.Id), ct);
    }

    internal sealed record Job(Guid Id);
}
