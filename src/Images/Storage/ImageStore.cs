using Dapper;
using Madang.Images.Imaging;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Images.Storage;

/// <summary>The SQL of this module.</summary>
internal sealed class ImageStore(NpgsqlDataSource source)
{
    private const string Columns =
        """
        id, name, type, width, height, frames, has_alpha, bytes, digest, cache_seconds, sizes, status, failure_code, failure_detail, version,
        mezzanine, mezzanine_width, thumb_hash, dominant_color, created_by, idempotency_key, created_at, updated_at, retain_until, is_private
        """;

    /// <summary>One that everybody may know of; null when it is private.</summary>
    public async Task<ImageRow?> FindPublicAsync(Guid id, CancellationToken cancellation) => await FindAsync(id, cancellation) is { IsPrivate: false } row ? row : null;

    public async Task<ImageRow?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<ImageRow>(new($"select {Columns} from images.image where id = @id", new { id }, cancellationToken: cancellation));
    }

    public async Task<ImageRow?> FindByIdempotencyKeyAsync(string createdBy, string key, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<ImageRow>(new(
            $"select {Columns} from images.image where created_by = @createdBy and idempotency_key = @key", new { createdBy, key }, cancellationToken: cancellation));
    }

    /// <summary>Newest first, those after the cursor; private ones are in no list.</summary>
    public async Task<IReadOnlyList<ImageRow>> ListAsync(Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<ImageRow>(new(
            $"""
             select {Columns} from images.image
             where not is_private and (@At::timestamptz is null or (created_at, id) < (@At, @Id))
             order by created_at desc, id desc limit @limit
             """,
            new { after?.At, after?.Id, limit }, cancellationToken: cancellation));
        return rows.AsList();
    }

    /// <summary>False when another upload with the same idempotency key came first.</summary>
    public static async Task<bool> InsertAsync(ImageRow row, NpgsqlTransaction transaction) =>
        await transaction.Connection!.ExecuteAsync(
            $"""
             insert into images.image ({Columns})
             values (@Id, @Name, @Type, @Width, @Height, @Frames, @HasAlpha, @Bytes, @Digest, @CacheSeconds, @Sizes, @Status, @FailureCode, @FailureDetail, @Version,
                     @Mezzanine, @MezzanineWidth, @ThumbHash, @DominantColor, @CreatedBy, @IdempotencyKey, @CreatedAt, @UpdatedAt, @RetainUntil, @IsPrivate)
             on conflict (created_by, idempotency_key) do nothing
             """,
            row, transaction) == 1;

    /// <summary>Records what the job made, and what it saw: an alpha channel may hide nothing. False when the image was deleted meanwhile.</summary>
    public static async Task<bool> SetReadyAsync(Guid id, string blob, Mezzanine mezzanine, DateTimeOffset now, NpgsqlTransaction transaction) =>
        await transaction.Connection!.ExecuteAsync(
            """
            update images.image
            set status = 'ready', failure_code = null, failure_detail = null, mezzanine = @blob, mezzanine_width = @Width, has_alpha = @HasAlpha,
                thumb_hash = @ThumbHash, dominant_color = @DominantColor, updated_at = @now
            where id = @id
            """,
            new { id, blob, mezzanine.Size.Width, mezzanine.HasAlpha, mezzanine.ThumbHash, mezzanine.DominantColor, now }, transaction) == 1;

    /// <summary>What watchers are told; null when the image was deleted.</summary>
    public static async Task<ImageStatus?> StatusAsync(Guid id, NpgsqlTransaction transaction) =>
        await transaction.Connection!.QuerySingleOrDefaultAsync<ImageStatus>(
            "select status, failure_code, failure_detail, encode(thumb_hash, 'base64') as thumb_hash, dominant_color from images.image where id = @id", new { id }, transaction);

    public static Task SetFailedAsync(Guid id, string code, string detail, DateTimeOffset now, NpgsqlTransaction transaction) =>
        transaction.Connection!.ExecuteAsync(
            "update images.image set status = 'failed', failure_code = @code, failure_detail = @detail, updated_at = @now where id = @id",
            new { id, code, detail, now }, transaction);

    /// <summary>Changes what is given and leaves the rest. A new caching time raises the version: what is cached carries the old one.</summary>
    public static async Task<ImageRow?> ChangeAsync(Guid id, string? name, int? cacheSeconds, DateTimeOffset now, NpgsqlTransaction transaction) =>
        await transaction.Connection!.QuerySingleOrDefaultAsync<ImageRow>(
            $"""
             update images.image set name = coalesce(@name, name), cache_seconds = coalesce(@cacheSeconds, cache_seconds), updated_at = @now,
                 version = version + (@cacheSeconds is not null)::int
             where id = @id and not is_private returning {Columns}
             """,
            new { id, name, cacheSeconds, now }, transaction);

    /// <summary>Raises the version, so that nothing made before is served again.</summary>
    public static async Task<ImageRow?> PurgeAsync(Guid id, DateTimeOffset now, NpgsqlTransaction transaction) =>
        await transaction.Connection!.QuerySingleOrDefaultAsync<ImageRow>(
            $"update images.image set version = version + 1, updated_at = @now where id = @id and not is_private returning {Columns}", new { id, now }, transaction);

    /// <summary>Takes back that the image is to be deleted; false when that time has come, or it is gone.</summary>
    public static async Task<bool> KeepAsync(Guid id, DateTimeOffset now, NpgsqlTransaction transaction) =>
        await transaction.Connection!.ExecuteAsync(
            "update images.image set retain_until = null where id = @id and (retain_until is null or retain_until > @now)", new { id, now }, transaction) == 1;

    public static async Task<bool> DeleteAsync(Guid id, NpgsqlTransaction transaction, bool evenPrivate = true) =>
        await transaction.Connection!.ExecuteAsync("delete from images.image where id = @id and (@evenPrivate or not is_private)", new { id, evenPrivate }, transaction) == 1;

    public async Task<IReadOnlyList<Guid>> RetentionEndedAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<Guid>(new(
            "select id from images.image where retain_until <= @now order by retain_until limit @limit", new { now, limit }, cancellationToken: cancellation))).AsList();
    }

    public async Task<long> CountAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new("select count(*) from images.image", cancellationToken: cancellation));
    }

    /// <summary>All images in numbers.</summary>
    public async Task<ImageTotals> TotalsAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<ImageTotals>(new(
            """
            select count(*) as images, coalesce(sum(bytes), 0)::bigint as bytes,
                count(*) filter (where status = 'processing') as processing, count(*) filter (where status = 'failed') as failed
            from images.image
            """,
            cancellationToken: cancellation));
    }
}

/// <param name="Images">How many there are.</param>
/// <param name="Bytes">Of their originals.</param>
/// <param name="Processing">How many wait for their job.</param>
/// <param name="Failed">How many could not be prepared.</param>
internal sealed record ImageTotals(long Images, long Bytes, long Processing, long Failed);
