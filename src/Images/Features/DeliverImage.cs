using Madang.Images.Delivery;
using Madang.Images.Domain;
using Madang.Images.Domain.Http;
using Madang.Images.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Madang.Images.Features;

/// <summary><c>GET /cdn/{id}</c>: a picture in any size and format, and <c>/cdn/{id}/download</c>: in the original's type, with its name.</summary>
internal static class DeliverImage
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var cdn = routes.MapGroup("/cdn").WithTags("Delivery");
        cdn.MapMethods("/{id:guid}", Methods, ViewAsync)
            .WithSummary("A picture in any size and format")
            .WithDescription(
                "`s` and `exp` where signatures are needed; never enlarged unless asked. Without `fm` the browser's Accept decides.");
        cdn.MapMethods("/{id:guid}/download", Methods, DownloadAsync)
            .WithSummary("The picture in the original's type and size with its name, as an attachment; without its metadata");
    }

    /// <summary>Answers hits before routing, authentication and logging: a picture that was served before needs none of them.</summary>
    public static Task SkipToHit(HttpContext context, RequestDelegate next, Deliverer deliverer) =>
        context.Request.Path.StartsWithSegments("/cdn", StringComparison.Ordinal) && HttpMethods.IsGet(context.Request.Method) && deliverer.TrySendHot(context, out var sending)
            ? sending
            : next(context);

    private static async Task ViewAsync(
        Guid id, [AsParameters] DeliveryQuery _, HttpContext context, ImageCatalog catalog, DeliveryRules rules, Deliverer deliverer, HotTargets targets)
    {
        var generation = targets.Generation;
        var refused = rules.Refuse(context.Request, out var ends, presets: true);
        Transform? transform = null;
        if (refused is null)
            TransformParser.Parse(context.Request.Query, rules.Limits, rules.Presets).Succeeded(out transform, out refused);
        if (refused is not null)
        {
            await refused.WriteTo(context);
            return;
        }
        if (!(await FindAsync(catalog, id, context.RequestAborted)).Succeeded(out var image, out refused))
        {
            await refused.WriteTo(context);
            return;
        }
        var (format, varies) = FormatNegotiation.Choose(transform!, context.Request.Headers.Accept, image.Shape);
        var plan = TransformPlanner.Plan(transform!, image.Shape, format, rules.Limits);
        await deliverer.SendAsync(context, image, plan, varies, ends, generation);
    }

    private static async Task DownloadAsync(Guid id, HttpContext context, ImageCatalog catalog, DeliveryRules rules, Deliverer deliverer)
    {
        var refused = rules.Refuse(context.Request, out var ends);
        ImageRow? image = null;
        if (refused is null)
            (await FindAsync(catalog, id, context.RequestAborted)).Succeeded(out image, out refused);
        if (refused is not null)
        {
            await refused.WriteTo(context);
            return;
        }
        var format = DownloadFormat(image!);
        var plan = TransformPlanner.Plan(Transform.None with { Quality = format.HasQuality() ? 90 : null }, image!.Shape, format, rules.Limits);
        context.Response.Headers.ContentDisposition = ContentDisposition.Attachment(FileName.For(image.Name, format));
        await deliverer.SendAsync(context, image, plan, varies: false, ends, generation: null);
    }

    /// <summary>The original's type where we write it; a HEIC or TIFF becomes what every program opens.</summary>
    private static OutputFormat DownloadFormat(ImageRow image) => image.Type switch
    {
        "image/png" => OutputFormat.Png,
        "image/webp" => OutputFormat.Webp,
        "image/avif" => OutputFormat.Avif,
        "image/gif" => OutputFormat.Gif,
        "image/tiff" => OutputFormat.Png,
        _ => OutputFormat.Jpeg,
    };

    /// <summary>An image that can be delivered to everybody: one whose pixels turned out broken cannot.</summary>
    internal static async Task<Result<ImageRow>> FindAsync(ImageCatalog catalog, Guid id, CancellationToken cancellation) =>
        await catalog.FindAsync(id, cancellation) switch
        {
            null or { IsPrivate: true } => Refusals.UnknownImage,
            { } image => Deliverable(image),
        };

    /// <summary>A private one is delivered by its module alone.</summary>
    internal static async Task<Result<ImageRow>> FindPrivateAsync(ImageCatalog catalog, Guid id, CancellationToken cancellation) =>
        await catalog.FindAsync(id, cancellation) is { } image ? Deliverable(image) : Refusals.UnknownImage;

    private static Result<ImageRow> Deliverable(ImageRow image) => image is { Status: ImageRow.Failed, FailureCode: not Refusals.NotPrepared }
        ? new Failure(image.FailureCode!, image.FailureDetail ?? "This picture cannot be decoded.", StatusCodes.Status422UnprocessableEntity)
        : image;
}
