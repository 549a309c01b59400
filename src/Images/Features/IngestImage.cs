using System.Security.Cryptography;
using Madang.Images.Domain;
using Madang.Images.Imaging;
using Madang.Images.Storage;
using Madang.Platform.Blobs;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Images.Features;

/// <summary>
/// Takes a received file in, or refuses it and leaves nothing. Order matters: first a job that would clear the files away in an hour, then the
/// original, then the row, which takes that job back and enqueues the one that prepares it. A crash at any point loses no picture and leaks none.
/// </summary>
internal sealed class IngestImage(
    NpgsqlDataSource source, ImageStore store, IBlobStore blobs, WorkQueue work, IOptions<ImagesOptions> options, TimeProvider time)
{
    private static readonly TimeSpan AbandonAfter = TimeSpan.FromHours(1);

    private readonly ImagesOptions _limits = options.Value;

    /// <param name="file">What was received; it stays the caller's to dispose.</param>
    /// <param name="fileName">As the client named it.</param>
    /// <param name="asked">Name, sizes and caching time.</param>
    /// <param name="caller">Who sent it.</param>
    /// <param name="idempotencyKey">Repeating an upload under the same key gives the same image.</param>
    /// <param name="cancellation">Gives up and leaves nothing.</param>
    /// <param name="retainUntil">When it is deleted unless it is kept before; by default as the settings say.</param>
    /// <param name="isPrivate">No address of this module delivers it.</param>
    public async Task<Result<ImageRow>> IngestAsync(
        IncomingFile file, string? fileName, UploadOptions asked, string caller, string? idempotencyKey, CancellationToken cancellation, DateTimeOffset? retainUntil = null,
        bool isPrivate = false)
    {
        if (!Inspect(file.Path).Succeeded(out var picture, out var refused))
            return refused;
        if (idempotencyKey is not null && await store.FindByIdempotencyKeyAsync(caller, idempotencyKey, cancellation) is { } earlier)
            return SameOrRefused(earlier, file);

        var now = time.GetUtcNow();
        var row = new ImageRow
        {
            Id = Guid.CreateVersion7(now),
            Name = FileName.Clean(asked.Name ?? fileName),
            Type = picture.Format.MediaType(),
            Width = picture.Width,
            Height = picture.Height,
            Frames = picture.Frames,
            HasAlpha = picture.HasAlpha,
            Bytes = file.Bytes,
            Digest = file.Digest,
            CacheSeconds = asked.CacheSeconds ?? _limits.CacheSeconds,
            Sizes = [.. asked.Sizes ?? []],
            Status = ImageRow.Processing,
            CreatedBy = caller,
            IdempotencyKey = idempotencyKey,
            CreatedAt = now,
            UpdatedAt = now,
            RetainUntil = retainUntil is not null ? retainUntil : _limits.RetentionDays > 0 ? now.AddDays(_limits.RetentionDays) : null,
            IsPrivate = isPrivate,
        };
        var clearing = $"abandon:{row.Id:N}";
        await source.InTransaction(
            tx => work.Enqueue(tx, EraseImage.Kind, new EraseImage.Job(row.Id), clearing, runAt: now + AbandonAfter, ct: cancellation), cancellation);
        await using (var content = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous))
            await blobs.Put(row.OriginalKey, content, row.Type, cancellation);
        var stored = await source.InTransaction(tx => RecordAsync(row, clearing, tx, cancellation), cancellation);
        if (stored is Stored.Recorded)
            return row;

        // What we stored is cleared away now rather than in an hour.
        await blobs.DeleteAll(ImageRow.Prefix(row.Id), cancellation);
        return stored is Stored.Raced && await store.FindByIdempotencyKeyAsync(caller, idempotencyKey!, cancellation) is { } first
            ? SameOrRefused(first, file)
            : new Failure("upload.interrupted", "The upload was overtaken by another with the same key, or took over an hour to store. Send it again.", 503) { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    private async Task<Stored> RecordAsync(ImageRow row, string clearing, NpgsqlTransaction tx, CancellationToken cancellation)
    {
        if (!await ImageStore.InsertAsync(row, tx))
            return Stored.Raced;
        // A node whose clock is far ahead, or we having slept for an hour, may have let the clearing begin: then the original is not to be relied on.
        if (!await work.Withdraw(tx, EraseImage.Kind, clearing, cancellation))
        {
            await ImageStore.DeleteAsync(row.Id, tx);
            return Stored.Cleared;
        }
        await work.Enqueue(tx, PrepareImage.Kind, new PrepareImage.Job(row.Id), key: $"prepare:{row.Id:N}", ct: cancellation);
        return Stored.Recorded;
    }

    private enum Stored
    {
        Recorded,

        /// <summary>Another upload with the same idempotency key came first.</summary>
        Raced,

        /// <summary>The job that clears abandoned uploads away has begun.</summary>
        Cleared,
    }

    private Result<SourceInfo> Inspect(string path)
    {
        try
        {
            var picture = Prober.Probe(path);
            return new ImageLimits(_limits.MaxBytes, _limits.MaxPixels, _limits.MaxSide, _limits.MaxFrames).Check(picture) is { } broken
                ? Refusals.Of(broken)
                : picture;
        }
        catch (ImagingException error)
        {
            return Refusals.Of(error);
        }
    }

    private static Result<ImageRow> SameOrRefused(ImageRow earlier, IncomingFile file) =>
        CryptographicOperations.FixedTimeEquals(earlier.Digest, file.Digest)
            ? earlier
            : new Failure("upload.key_reused", "This Idempotency-Key came with another file before. Use a new key for a new file.");
}
