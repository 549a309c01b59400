using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Madang.Images.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Madang.Images.Features;

/// <summary>
/// <c>POST /api/images/batch</c>: many files in one form, answered by server-sent events while they come: <c>progress</c> with the bytes so far, then
/// <c>success</c> or <c>error</c> for each file by its place, and <c>complete</c>. One bad file does not stop the others.
/// </summary>
internal static class UploadBatch
{
    private const long ProgressStep = 256 * 1024;

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/batch", Handle)
        .RequireScope(ImagesModule.Write)
        .WithMetadata(new DisableRequestSizeLimitAttribute())
        .Accepts<UploadRequest>("multipart/form-data")
        .Produces<BatchEvent>(StatusCodes.Status200OK, "text/event-stream")
        .WithSummary("Upload many pictures, with progress as server-sent events")
        .WithDescription(
            "A form with many `file` fields; `name`, `sizes` and `cacheSeconds` belong to the file that follows them. "
            + "Events: `init`, `progress`, `success` or `error` for each file, `complete`.");

    private static Results<ServerSentEventsResult<BatchEvent>, ProblemHttpResult> Handle(
        HttpContext context, IngestImage ingest, ScratchFolder folder, ImageResources resources, Outages outages, IOptions<ImagesOptions> options)
    {
        var form = new UploadForm(context.Request, options.Value);
        if (!form.Boundary().Succeeded(out var boundary, out var failure))
            return failure.ToProblem();
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var batch = new Batch(context, form, boundary, ingest, folder, resources, outages, options.Value);
        return TypedResults.ServerSentEvents(batch.RunAsync(context.RequestAborted));
    }

    private sealed class Batch(
        HttpContext context, UploadForm form, string boundary, IngestImage ingest, ScratchFolder folder, ImageResources resources, Outages outages, ImagesOptions limits)
    {
        // Reading and answering run side by side; a client that does not read its events slows its own upload down.
        private readonly Channel<SseItem<BatchEvent>> _events = Channel.CreateBounded<SseItem<BatchEvent>>(64);
        private int _succeeded;
        private int _failed;

        public async IAsyncEnumerable<SseItem<BatchEvent>> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var reading = ReadAllAsync(gone.Token);
            try
            {
                yield return new(new BatchEvent(), "init");
                await foreach (var item in _events.Reader.ReadAllAsync(cancellation))
                    yield return item;
            }
            finally
            {
                // Also when the client is gone: the request must not end while its body is still being read.
                await gone.CancelAsync();
                await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            yield return new(new BatchEvent { Succeeded = _succeeded, Failed = _failed }, "complete");
        }

        private async Task ReadAllAsync(CancellationToken cancellation)
        {
            var index = 0;
            try
            {
                await foreach (var part in form.FilesAsync(boundary, cancellation))
                {
                    await OneAsync(index, part, cancellation);
                    index++;
                }
                if (form.Trailing.Failure is { } misplaced)
                    await RefuseAsync(index, null, misplaced, cancellation);
                _events.Writer.Complete();
            }
            catch (FailureException refused)
            {
                await RefuseAsync(index, null, refused.Failure, cancellation);
                _events.Writer.Complete();
            }
            catch (ConnectionResetException)
            {
                _events.Writer.Complete(); // the client is gone: nobody hears the rest
            }
            catch (Exception error)
            {
                _events.Writer.Complete(error);
            }
        }

        private async Task OneAsync(int index, UploadPart part, CancellationToken cancellation)
        {
            var refused = part.Refused ?? (index >= limits.MaxBatch
                ? new Failure("upload.too_many_files", $"A batch may have at most {limits.MaxBatch} files.", StatusCodes.Status413PayloadTooLarge)
                : null);
            if (refused is not null)
            {
                await RefuseAsync(index, part.FileName, refused, cancellation);
                return;
            }

            var taken = await TakeAsync(index, part, cancellation);
            if (!taken.Succeeded(out var row, out var failure))
            {
                await RefuseAsync(index, part.FileName, failure, cancellation);
                return;
            }
            _succeeded++;
            var done = new BatchEvent { Index = index, Name = row.Name, ReceivedBytes = row.Bytes, Image = resources.Of(row, context.Request) };
            await _events.Writer.WriteAsync(new(done, "success"), cancellation);
        }

        /// <summary>An outage (a full disk, too) while one file is received or stored is that file's outcome; the next may find it over.</summary>
        private async Task<Result<ImageRow>> TakeAsync(int index, UploadPart part, CancellationToken cancellation)
        {
            long told = 0;
            try
            {
                var received = await IncomingFile.ReceiveAsync(folder, part.Content, limits.MaxBytes, bytes =>
                {
                    // Progress may be dropped where the client does not keep up; outcomes may not.
                    if (bytes - told >= ProgressStep && _events.Writer.TryWrite(new(new BatchEvent { Index = index, Name = part.FileName, ReceivedBytes = bytes }, "progress")))
                        told = bytes;
                }, cancellation);
                if (!received.Succeeded(out var file, out var failure))
                    return failure;
                await using (file)
                    return await ingest.IngestAsync(file, part.FileName, part.Options, context.Caller()!.Id, null, cancellation);
            }
            catch (Exception error) when (outages.Recognise(error) is not null)
            {
                return outages.Recognise(error)!;
            }
        }

        private async Task RefuseAsync(int index, string? name, Failure failure, CancellationToken cancellation)
        {
            _failed++;
            var refused = new BatchEvent { Index = index, Name = name, Code = failure.Code, Detail = failure.Detail, Status = failure.Status };
            await _events.Writer.WriteAsync(new(refused, "error"), cancellation);
        }
    }
}

/// <summary>One event of a batch; which members it has depends on its kind.</summary>
public sealed record BatchEvent
{
    /// <summary>The file's place in the form, from 0.</summary>
    public int? Index { get; init; }

    /// <summary>The file's name.</summary>
    public string? Name { get; init; }

    /// <summary>How much of the file has arrived, in bytes.</summary>
    public long? ReceivedBytes { get; init; }

    /// <summary>Of <c>success</c>: the image.</summary>
    public ImageResource? Image { get; init; }

    /// <summary>Of <c>error</c>: the stable code.</summary>
    public string? Code { get; init; }

    /// <summary>Of <c>error</c>: a sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>Of <c>error</c>: the HTTP status that a single upload would have had.</summary>
    public int? Status { get; init; }

    /// <summary>Of <c>complete</c>: how many were taken.</summary>
    public int? Succeeded { get; init; }

    /// <summary>Of <c>complete</c>: how many were not.</summary>
    public int? Failed { get; init; }
}
