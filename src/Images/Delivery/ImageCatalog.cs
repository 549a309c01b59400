using System.Globalization;
using Madang.Images.Caching;
using Madang.Images.Storage;
using Madang.Platform.Data;
using Npgsql;

namespace Madang.Images.Delivery;

/// <summary>
/// The rows of images as delivery needs them: from memory, with changes of any node seen within milliseconds. A purge or a delete on any
/// node empties this node's caches of the image.
/// </summary>
internal sealed class ImageCatalog : IDisposable
{
    private const string Purged = "images.purged";

    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(5);

    private readonly ImageStore _store;
    private readonly Broadcast _broadcast;
    private readonly VariantCache _cache;
    private readonly HotFiles _hot;
    private readonly Remembered<ImageRow> _rows;
    private readonly IDisposable _purges;

    public ImageCatalog(ImageStore store, Broadcast broadcast, VariantCache cache, HotFiles hot, HotTargets targets, TimeProvider time)
    {
        (_store, _broadcast, _cache, _hot) = (store, broadcast, cache, hot);
        _rows = new(broadcast, time, "images.changed", Keep, most: 20_000, forgotten: key =>
        {
            // Only after an outage, when a purge may have been missed: otherwise the purge itself empties what targets lead to.
            if (key.Length == 0)
                targets.Clear();
        });
        _purges = broadcast.Subscribe(Purged, message =>
        {
            var parts = message.Split(' ');
            Drop(Guid.ParseExact(parts[0], "N"), long.Parse(parts[1], CultureInfo.InvariantCulture));
        });
    }

    /// <summary>The image, or null. In an outage of the database what is remembered is still served.</summary>
    public ValueTask<ImageRow?> FindAsync(Guid id, CancellationToken cancellation) =>
        _rows.FindAsync(id.ToString("N"), () => _store.FindAsync(id, cancellation), staleInOutage: true);

    /// <summary>Tells every node, with the commit, that the row changed.</summary>
    public Task ChangedAsync(Guid id, NpgsqlTransaction transaction) => _rows.ForgetEverywhereAsync(id.ToString("N"), transaction);

    /// <summary>Tells every node, with the commit, to drop what it made of the image before this version.</summary>
    /// <param name="id">The image.</param>
    /// <param name="belowVersion">The first version that is good; <see cref="long.MaxValue"/> when the image is deleted.</param>
    /// <param name="transaction">The transaction that changes it.</param>
    public async Task PurgedAsync(Guid id, long belowVersion, NpgsqlTransaction transaction)
    {
        await ChangedAsync(id, transaction);
        await _broadcast.Send(Purged, string.Create(CultureInfo.InvariantCulture, $"{id:N} {belowVersion}"), transaction);
    }

    /// <summary>
    /// Forgets the row on this node at once, and what was made of it before this version, without waiting for the message to come round: who
    /// changed or deleted it sees that in the next request.
    /// </summary>
    public void Forget(Guid id, long belowVersion)
    {
        _rows.Forget(id.ToString("N"));
        Drop(id, belowVersion);
    }

    private void Drop(Guid id, long belowVersion)
    {
        _hot.Remove(id, belowVersion);
        _cache.Remove(id, belowVersion);
    }

    public void Dispose()
    {
        _purges.Dispose();
        _rows.Dispose();
    }
}
