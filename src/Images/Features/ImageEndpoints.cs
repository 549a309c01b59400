using Madang.Images.Domain.Http;
using Madang.Images.Storage;
using Madang.Platform.Blobs;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Images.Features;

/// <summary>What may be changed of an image; what is left out stays.</summary>
/// <param name="Name">A new name; it is made harmless like an uploaded one.</param>
/// <param name="CacheSeconds">A new caching time; what is cached with the old one is dropped.</param>
public sealed record ChangeImageRequest(string? Name, int? CacheSeconds);

/// <summary>The API to manage images, below <c>/api/images</c>.</summary>
internal static class ImageEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("", ListAsync).RequireScope(ImagesModule.Read)
            .WithSummary("List images, newest first; `after` takes the `next` of the page before, `limit` is 1 to 200");
        api.MapGet("/{id:guid}", GetAsync).RequireScope(ImagesModule.Read).WithSummary("Show an image");
        api.MapGet("/{id:guid}/original", OriginalAsync).RequireScope(ImagesModule.Read)
            .WithSummary("The original as it came, with all its metadata; never public");
        api.MapPatch("/{id:guid}", PatchAsync).RequireScope(ImagesModule.Write).WithSummary("Rename an image or change its caching time");
        api.MapPost("/{id:guid}/purge", PurgeAsync).RequireScope(ImagesModule.Write).WithSummary("Drop what every node has cached of an image, within a second");
        api.MapDelete("/{id:guid}", DeleteAsync).RequireScope(ImagesModule.Write).WithSummary("Delete an image, its original and everything made of it, on every node within a second");
    }

    private static async Task<Results<Ok<ImagePage>, ProblemHttpResult>> ListAsync(
        HttpContext context, ManageImages images, ImageResources resources, CancellationToken cancellation, string? after = null, int limit = 50)
    {
        if (limit is < 1 or > ManageImages.MostOnAPage)
            return new Failure("list.limit", $"`limit` must be from 1 to {ManageImages.MostOnAPage}.", StatusCodes.Status400BadRequest).ToProblem();
        if (!Cursor.TryRead(after, out var cursor, out var failure))
            return failure.ToProblem();
        var (rows, next) = await images.ListAsync(cursor, limit, cancellation);
        return TypedResults.Ok(new ImagePage([.. rows.Select(row => resources.Of(row, context.Request))], next));
    }

    private static async Task<Results<Ok<ImageResource>, ProblemHttpResult>> GetAsync(
        Guid id, HttpContext context, ImageStore store, ImageResources resources, CancellationToken cancellation) =>
        await store.FindPublicAsync(id, cancellation) is { } row ? TypedResults.Ok(resources.Of(row, context.Request)) : Refusals.UnknownImage.ToProblem();

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> OriginalAsync(
        Guid id, HttpContext context, ImageStore store, IBlobStore blobs, CancellationToken cancellation)
    {
        if (await store.FindPublicAsync(id, cancellation) is not { } row || await blobs.Open(row.OriginalKey, null, cancellation) is not { } blob)
            return Refusals.UnknownImage.ToProblem();
        context.Response.Headers.ContentDisposition = ContentDisposition.Attachment(row.Name);
        context.Response.Headers.CacheControl = "private, no-store";
        context.Response.ContentLength = blob.Length;
        return TypedResults.Stream(blob.Stream, row.Type);
    }

    private static async Task<Results<Ok<ImageResource>, ProblemHttpResult>> PatchAsync(
        Guid id, ChangeImageRequest request, HttpContext context, ManageImages images, ImageResources resources, CancellationToken cancellation) =>
        (await images.ChangeAsync(id, request.Name, request.CacheSeconds, cancellation)).Succeeded(out var row, out var failure)
            ? TypedResults.Ok(resources.Of(row, context.Request))
            : failure.ToProblem();

    private static async Task<Results<NoContent, ProblemHttpResult>> PurgeAsync(Guid id, ManageImages images, CancellationToken cancellation) =>
        (await images.PurgeAsync(id, cancellation)).Failure is { } failure ? failure.ToProblem() : TypedResults.NoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, ManageImages images, CancellationToken cancellation) =>
        await images.DeleteAsync(id, evenPrivate: false, cancellation) is { } failure ? failure.ToProblem() : TypedResults.NoContent();
}
