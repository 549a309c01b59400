using Madang.Images.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Madang.Images.Features;

/// <summary><c>POST /api/images</c>: one file, streamed to disk, checked by its header, stored; converting is a job.</summary>
internal static class UploadImage
{
    private const int FormOverhead = 1_000_000;
    private const int MaxIdempotencyKey = 200;

    public static void Map(IEndpointRouteBuilder api, ImagesOptions limits) => api.MapPost("", HandleAsync)
        .RequireScope(ImagesModule.Write)
        .WithMetadata(new RequestSizeLimitAttribute(limits.MaxBytes + FormOverhead))
        .Accepts<UploadRequest>("multipart/form-data")
        .WithSummary("Upload one picture")
        .WithDescription(
            "A form with the picture in `file`, and optionally `name`, `sizes` (long edges to prepare, such as `320,640,1280`) and `cacheSeconds`. "
            + "JPEG, PNG, WebP, AVIF, HEIC, GIF and TIFF are told by their content. With an `Idempotency-Key` header the upload may be repeated safely.");

    private static async Task<Results<Created<ImageResource>, ProblemHttpResult>> HandleAsync(
        HttpContext context, IngestImage ingest, ScratchFolder folder, ImageResources resources, IOptions<ImagesOptions> options, CancellationToken cancellation)
    {
        var uploaded = await ReadAsync(context, ingest, folder, options.Value, cancellation);
        if (!uploaded.Succeeded(out var row, out var failure))
            return failure.ToProblem();
        return TypedResults.Created($"/api/images/{row.Id}", resources.Of(row, context.Request));
    }

    private static async Task<Result<ImageRow>> ReadAsync(
        HttpContext context, IngestImage ingest, ScratchFolder folder, ImagesOptions limits, CancellationToken cancellation)
    {
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > MaxIdempotencyKey)
            return new Failure("upload.key_too_long", $"An Idempotency-Key may have at most {MaxIdempotencyKey} letters.", StatusCodes.Status400BadRequest);
        var form = new UploadForm(context.Request, limits);
        if (!form.Boundary().Succeeded(out var boundary, out var failure))
            return failure;

        IncomingFile? file = null;
        string? fileName = null;
        var options = new UploadOptions();
        try
        {
            await foreach (var part in form.FilesAsync(boundary, cancellation))
            {
                if (file is not null)
                    return new Failure("upload.several_files", "Send one file here, or many to /api/images/batch.");
                if (part.Refused is not null)
                    return part.Refused;
                if (!(await IncomingFile.ReceiveAsync(folder, part.Content, limits.MaxBytes, null, cancellation)).Succeeded(out file, out failure))
                    return failure;
                (fileName, options) = (part.FileName, part.Options);
            }
            if (!form.Trailing.Succeeded(out var trailing, out failure))
                return failure;
            if (file is null)
                return new Failure("upload.file_missing", "The form has no file. Send it in a field named `file`.");
            options = new(trailing.Name ?? options.Name, trailing.Sizes ?? options.Sizes, trailing.CacheSeconds ?? options.CacheSeconds);
            return await ingest.IngestAsync(file, fileName, options, context.Caller()!.Id, key.Length == 0 ? null : key, cancellation);
        }
        finally
        {
            if (file is not null)
                await file.DisposeAsync();
        }
    }
}

/// <summary>Describes the form in OpenAPI; the endpoint reads it as a stream.</summary>
/// <param name="File">The picture.</param>
/// <param name="Name">Instead of the file's own name.</param>
/// <param name="Sizes">Long edges to prepare, with commas between them.</param>
/// <param name="CacheSeconds">How long browsers and caches keep it.</param>
public sealed record UploadRequest(IFormFile File, string? Name, string? Sizes, int? CacheSeconds);
