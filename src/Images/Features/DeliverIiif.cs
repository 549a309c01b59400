using Madang.Images.Delivery;
using Madang.Images.Domain.Iiif;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Madang.Images.Features;

/// <summary><c>/iiif/3/{id}/...</c>: the IIIF Image API 3.0 (https://iiif.io/api/image/3.0/), level 2.</summary>
internal static class DeliverIiif
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var iiif = routes.MapGroup("/iiif/3").WithTags("Delivery");
        iiif.MapMethods("/{id}", Methods, RedirectAsync).ExcludeFromDescription();
        iiif.MapMethods("/{id}/info.json", Methods, InfoAsync).WithSummary("IIIF Image API 3.0: what the image offers");
        iiif.MapMethods("/{id}/{region}/{size}/{rotation}/{quality}", Methods, ImageAsync)
            .WithSummary("IIIF Image API 3.0, level 2: `{region}/{size}/{rotation}/{quality}.{format}`");
        iiif.MapMethods("/{**rest}", Methods, MalformedAsync).ExcludeFromDescription();
        iiif.MapMethods("/{**rest}", [HttpMethods.Options], Preflight).ExcludeFromDescription();
    }

    /// <summary>Section 2.1 of the specification: the base URI leads to info.json.</summary>
    private static Task RedirectAsync(string id, HttpContext context, ImageResources resources)
    {
        AllowAnyOrigin(context);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"{resources.PublicAddress(context.Request)}/iiif/3/{Uri.EscapeDataString(id)}/info.json";
        return Task.CompletedTask;
    }

    private static async Task InfoAsync(string id, HttpContext context, ImageCatalog catalog, DeliveryRules rules, ImageResources resources, TimeProvider time)
    {
        AllowAnyOrigin(context);
        var found = Guid.TryParse(id, out var guid) ? await DeliverImage.FindAsync(catalog, guid, context.RequestAborted) : Refusals.UnknownImage;
        var refused = rules.Refuse(context.Request, out var ends);
        if (refused is not null || !found.Succeeded(out var image, out refused))
        {
            await refused.WriteTo(context);
            return;
        }
        var info = IiifInfo.For($"{resources.PublicAddress(context.Request)}/iiif/3/{image.Id}", image.Shape.Size, rules.Limits);
        context.Response.Headers.Link = IiifInfo.ProfileLink;
        context.Response.Headers.Vary = HeaderNames.Accept;
        context.Response.Headers.CacheControl = PictureResponse.CacheControl(image.CacheSeconds, ends, time.GetUtcNow());
        await context.Response.WriteAsJsonAsync(info, options: null, IiifInfoType.Choose(context.Request.Headers.Accept), context.RequestAborted);
    }

    private static async Task ImageAsync(
        string id, string region, string size, string rotation, string quality, HttpContext context, ImageCatalog catalog, DeliveryRules rules, Deliverer deliverer, ImageResources resources)
    {
        AllowAnyOrigin(context);
        var refused = rules.Refuse(context.Request, out var ends);
        // The identifier is judged before the parameters, so that an unknown image is 404 whatever is asked of it.
        var found = Guid.TryParse(id, out var guid) ? await DeliverImage.FindAsync(catalog, guid, context.RequestAborted) : Refusals.UnknownImage;
        if (refused is not null || !found.Succeeded(out var image, out refused)
            || !IiifImageRequest.Parse(region, size, rotation, quality).Succeeded(out var request, out refused)
            || !request.Plan(image.Shape, rules.Limits).Succeeded(out var asked, out refused))
        {
            await refused.WriteTo(context);
            return;
        }
        var canonical = $"{resources.PublicAddress(context.Request)}/iiif/3/{image.Id}/{asked.CanonicalPath}";
        context.Response.Headers.Link = $"{IiifInfo.ProfileLink}, <{canonical}>;rel=\"canonical\"";
        await deliverer.SendAsync(context, image, asked.Plan, varies: false, ends, generation: null);
    }

    /// <summary>What has not the form of an image request: 404 for an unknown identifier, as everywhere, else 400.</summary>
    private static async Task MalformedAsync(string? rest, HttpContext context, ImageCatalog catalog, DeliveryRules rules)
    {
        AllowAnyOrigin(context);
        var refused = rules.Refuse(context.Request, out _);
        if (refused is null && Guid.TryParse(rest?.Split('/')[0], out var guid))
            refused = (await DeliverImage.FindAsync(catalog, guid, context.RequestAborted)).Failure
                ?? IiifFailure.Of("invalid_request", "An image request is {region}/{size}/{rotation}/{quality}.{format}, such as full/max/0/default.jpg.");
        await (refused ?? Refusals.UnknownImage).WriteTo(context);
    }

    private static Task Preflight(HttpContext context)
    {
        AllowAnyOrigin(context);
        context.Response.Headers.AccessControlAllowMethods = "GET, HEAD, OPTIONS";
        context.Response.Headers.AccessControlAllowHeaders = "Accept, If-None-Match, Range";
        context.Response.Headers.AccessControlMaxAge = "86400";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static void AllowAnyOrigin(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.Headers.AccessControlExposeHeaders = "ETag, Link, Content-Length, Content-Range";
    }
}
