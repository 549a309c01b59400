using Madang.Images;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>
/// Takes a member's picture in before there is a listing for it. What no listing shows within the hour goes again, so that neither an upload that fails nor a form that is
/// given up leaves anything behind.
/// </summary>
internal sealed class UploadPictures(NpgsqlDataSource source, IPictures pictures, TimeProvider time)
{
    public const long MostBytes = 20_000_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/listings/pictures", async Task<Results<Created<PictureResource>, ProblemHttpResult>> (IFormFile file, HttpContext context, UploadPictures upload) =>
            (await upload.HandleAsync(context.Caller()!.MemberId!.Value, file, context.RequestAborted)).Succeeded(out var picture, out var failure)
                ? TypedResults.Created(picture.Url, picture)
                : failure.ToProblem(context))
        .RequireMember().WithTags("Listings")
        // Access checks for forgery, by the header alone.
        .DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MostBytes + 1_000_000))
        .WithSummary("Send a picture for a listing: a form with it in `file`, at most 20 MB. Name its id in a listing within an hour");

    public async Task<Result<PictureResource>> HandleAsync(Guid member, IFormFile file, CancellationToken cancellation)
    {
        if (file.Length == 0)
            return new Failure("listing.picture_empty", "This file is empty.");
        await using (var connection = await source.OpenConnectionAsync(cancellation))
        {
            if (await PictureStore.CountUnusedAsync(connection, member) >= PictureStore.MostUnused)
                return new Failure("listing.too_many_pictures", "Too many pictures of yours belong to no listing yet. Save the listing first.", StatusCodes.Status429TooManyRequests)
                {
                    RetryAfter = TimeSpan.FromMinutes(30),
                };
        }
        await using var content = file.OpenReadStream();
        // Not by the name that the file has at home, which may tell more than the picture.
        if (!(await pictures.Add(content, "listing", MostBytes, $"member:{member:N}", cancellation)).Succeeded(out var id, out var failure))
            return failure;
        await using (var connection = await source.OpenConnectionAsync(cancellation))
            await PictureStore.InsertAsync(connection, id, member, time.GetUtcNow());
        return Resource(pictures, id);
    }

    public static PictureResource Resource(IPictures pictures, Guid id) => new(id, pictures.Url(id, 1280), pictures.SquareUrl(id, MarketListings.CoverSide));
}
