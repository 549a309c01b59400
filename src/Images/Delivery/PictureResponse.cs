using System.Globalization;
using Madang.Images.Caching;
using Madang.Images.Domain;
using Madang.Images.Domain.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Madang.Images.Delivery;

/// <summary>Answers with a picture as HTTP caches want it: strong ETag, 304 and 412, HEAD, Range, Cache-Control. The same for memory and disk.</summary>
internal static class PictureResponse
{
    private static readonly StringValues AcceptRanges = "bytes";
    private static readonly StringValues VaryByAccept = HeaderNames.Accept;
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues AnyOrigin = "*";
    private static readonly StringValues CrossOrigin = "cross-origin";
    private static readonly StringValues SameOrigin = "same-origin";

    /// <summary>The value of <c>Cache-Control</c>.</summary>
    /// <param name="seconds">The image's caching time.</param>
    /// <param name="ends">When the request's signature ends: nobody may keep the answer longer.</param>
    /// <param name="now">The time.</param>
    public static string CacheControl(double seconds, DateTimeOffset? ends, DateTimeOffset now)
    {
        var age = ends is { } end ? Math.Min(seconds, Math.Max(0, (end - now).TotalSeconds)) : seconds;
        return age < 1 ? "no-cache" : string.Create(CultureInfo.InvariantCulture, $"public, max-age={(long)age}");
    }

    /// <summary>Answers from memory.</summary>
    public static Task SendAsync(HttpContext context, HotFile file, bool varies)
    {
        var headers = context.Response.Headers;
        SetCommon(headers, file.ETag, file.CacheControl, varies);
        OpenToAnySite(headers);
        var decision = Decide(context, file.Tag, file.Body.Length);
        if (decision is not { } part)
            return Task.CompletedTask;
        headers.ContentType = file.ContentType;
        headers.ContentLength = part.Length;
        if (HttpMethods.IsHead(context.Request.Method))
            return Task.CompletedTask;
        return WriteAsync(context, file.Body.Slice((int)part.Start, (int)part.Length));
    }

    /// <summary>
    /// One block and one copy: a plain write is cut into the server's blocks of 4 KB, which costs a 60 KB picture about a tenth of its time. Headers go first,
    /// since before them the server hands out memory that it copies from once more.
    /// </summary>
    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        await context.Response.StartAsync(context.RequestAborted);
        var writer = context.Response.BodyWriter;
        body.CopyTo(writer.GetMemory(body.Length));
        writer.Advance(body.Length);
        await writer.FlushAsync(context.RequestAborted);
    }

    /// <summary>Answers from disk.</summary>
    public static Task SendAsync(HttpContext context, VariantFile file, string cacheControl, bool varies)
    {
        SetCommon(context.Response.Headers, file.ETag, cacheControl, varies);
        OpenToAnySite(context.Response.Headers);
        return WriteAsync(context, file);
    }

    /// <summary>Answers from disk, for the pages of this site and the browser that asked alone.</summary>
    public static Task SendPrivatelyAsync(HttpContext context, VariantFile file, bool varies)
    {
        SetCommon(context.Response.Headers, file.ETag, "private, no-cache", varies);
        context.Response.Headers["Cross-Origin-Resource-Policy"] = SameOrigin;
        return WriteAsync(context, file);
    }

    private static async Task WriteAsync(HttpContext context, VariantFile file)
    {
        var headers = context.Response.Headers;
        if (Decide(context, file.ETag, file.Length) is not { } part)
            return;
        headers.ContentType = file.Format.MediaType();
        headers.ContentLength = part.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await file.CopyTo(context.Response.BodyWriter, part.Start, part.Length, context.RequestAborted);
    }

    private static void SetCommon(IHeaderDictionary headers, StringValues etag, StringValues cacheControl, bool varies)
    {
        headers.ETag = etag;
        headers.CacheControl = cacheControl;
        headers.AcceptRanges = AcceptRanges;
        headers.XContentTypeOptions = NoSniff;
        if (varies)
            headers.Vary = VaryByAccept;
    }

    /// <summary>Pictures are for pages of any site, also for their canvases and for IIIF viewers.</summary>
    private static void OpenToAnySite(IHeaderDictionary headers)
    {
        headers.AccessControlAllowOrigin = AnyOrigin;
        headers["Cross-Origin-Resource-Policy"] = CrossOrigin;
    }

    /// <summary>Sets the status; null when there is no body to send.</summary>
    private static RangeDecision? Decide(HttpContext context, string etag, long length)
    {
        var request = context.Request.Headers;
        switch (Precondition.Evaluate(request.IfMatch, request.IfNoneMatch, etag))
        {
            case PreconditionOutcome.NotModified:
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return null;
            case PreconditionOutcome.Failed:
                context.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
                Refused(context);
                return null;
        }

        // Range is defined for GET alone.
        var range = HttpMethods.IsGet(context.Request.Method)
            ? RangeDecision.For(request.Range, request.IfRange, etag, length)
            : RangeDecision.For(null, null, etag, length);
        if (range.ContentRange is { } contentRange)
            context.Response.Headers.ContentRange = contentRange;
        context.Response.StatusCode = range.Outcome switch
        {
            RangeOutcome.Part => StatusCodes.Status206PartialContent,
            RangeOutcome.Unsatisfiable => StatusCodes.Status416RangeNotSatisfiable,
            _ => StatusCodes.Status200OK,
        };
        if (range.Outcome is not RangeOutcome.Unsatisfiable)
            return range;
        Refused(context);
        return null;
    }

    /// <summary>A refusal answers this request's headers alone: kept for the picture's caching time, it would hide the picture from everybody behind a cache.</summary>
    private static void Refused(HttpContext context) => context.Response.Headers.CacheControl = "no-store";
}
