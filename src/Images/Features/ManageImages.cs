using Madang.Images.Delivery;
using Madang.Images.Domain;
using Madang.Images.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Npgsql;

namespace Madang.Images.Features;

/// <summary>Lists, changes, purges and deletes images; the API and the pages call it.</summary>
internal sealed class ManageImages(NpgsqlDataSource source, ImageStore store, ImageCatalog catalog, WorkQueue work, TimeProvider time)
{
    public const int MostOnAPage = 200;

    public async Task<(IReadOnlyList<ImageRow> Rows, string? Next)> ListAsync(Cursor? after, int limit, CancellationToken cancellation)
    {
        // One more than is shown tells whether there is a next page.
        var rows = await store.ListAsync(after, limit + 1, cancellation);
        return rows.Count <= limit
            ? (rows, null)
            : ([.. rows.Take(limit)], new Cursor(rows[limit - 1].CreatedAt, rows[limit - 1].Id).ToString());
    }

    public async Task<Result<ImageRow>> ChangeAsync(Guid id, string? name, int? cacheSeconds, CancellationToken cancellation)
    {
        if (name is not null && name.Trim().Length == 0)
            return new Failure("image.name", "A name needs at least one letter.");
        if (cacheSeconds is { } seconds && UploadOptions.CheckCacheSeconds(seconds) is { } failure)
            return failure;
        return await WriteAsync(id, async tx =>
        {
            var changed = await ImageStore.ChangeAsync(id, name is null ? null : FileName.Clean(name), cacheSeconds, time.GetUtcNow(), tx);
            if (changed is not null && cacheSeconds is not null)
                await catalog.PurgedAsync(id, changed.Version, tx);
            return changed;
        }, cancellation);
    }

    public Task<Result<ImageRow>> PurgeAsync(Guid id, CancellationToken cancellation) => WriteAsync(id, async tx =>
    {
        var purged = await ImageStore.PurgeAsync(id, time.GetUtcNow(), tx);
        if (purged is not null)
            await catalog.PurgedAsync(id, purged.Version, tx);
        return purged;
    }, cancellation);

    /// <summary>The row goes now and with it every way to the picture; a job of the same commit clears the files away.</summary>
    /// <param name="id">The image.</param>
    /// <param name="evenPrivate">False for who may not know of private ones: to him there is none.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Failure?> DeleteAsync(Guid id, bool evenPrivate, CancellationToken cancellation)
    {
        if (!await source.InTransaction(tx => DeleteAsync(id, tx, evenPrivate, cancellation), cancellation))
            return Refusals.UnknownImage;
        catalog.Forget(id, belowVersion: long.MaxValue);
        return null;
    }

    /// <summary>The same in the transaction of another module; every node hears of it with the commit.</summary>
    public Task<bool> DeleteAsync(Guid id, NpgsqlTransaction tx, CancellationToken cancellation) => DeleteAsync(id, tx, evenPrivate: true, cancellation);

    private async Task<bool> DeleteAsync(Guid id, NpgsqlTransaction tx, bool evenPrivate, CancellationToken cancellation)
    {
        if (!await ImageStore.DeleteAsync(id, tx, evenPrivate))
            return false;
        await catalog.PurgedAsync(id, long.MaxValue, tx);
        await work.Enqueue(tx, EraseImage.Kind, new EraseImage.Job(id), key: $"erase:{id:N}", ct: cancellation);
        return true;
    }

    private async Task<Result<ImageRow>> WriteAsync(Guid id, Func<NpgsqlTransaction, Task<ImageRow?>> write, CancellationToken cancellation)
    {
        var row = await source.InTransaction(async tx =>
        {
            var written = await write(tx);
            if (written is not null)
                await catalog.ChangedAsync(id, tx);
            return written;
        }, cancellation);
        if (row is null)
            return Refusals.UnknownImage;
        catalog.Forget(id, row.Version);
        return row;
    }
}
