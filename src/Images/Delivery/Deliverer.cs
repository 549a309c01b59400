using Madang.Images.Caching;
using Madang.Images.Domain;
using Madang.Images.Storage;
using Microsoft.AspNetCore.Http;

namespace Madang.Images.Delivery;

/// <summary>Sends the picture that a request came to, from memory where it is small and hot, and remembers the way for the next one.</summary>
internal sealed class Deliverer(Pictures pictures, HotFiles hot, HotTargets targets, CacheMetrics metrics, TimeProvider time)
{
    /// <summary>Answers a request that was asked for before and is still in memory; false: it has to be resolved.</summary>
    public bool TrySendHot(HttpContext context, out Task sending)
    {
        var request = context.Request;
        var key = targets.TryGet(request.Path.Value!, Query(request), request.Headers.Accept.ToString(), out var varies);
        var file = key is { } known ? hot.TryGet(known) : null;
        if (file is null)
        {
            sending = Task.CompletedTask;
            return false;
        }
        metrics.HotHit();
        sending = PictureResponse.SendAsync(context, file, varies);
        return true;
    }

    /// <summary>Sends what <paramref name="plan"/> describes.</summary>
    /// <param name="context">The request.</param>
    /// <param name="image">Of this image.</param>
    /// <param name="plan">What to make.</param>
    /// <param name="varies">Whether Accept had a say.</param>
    /// <param name="ends">When the request's signature ends.</param>
    /// <param name="generation">Of <see cref="HotTargets"/>, from before the request was resolved; null: do not remember the way.</param>
    public async Task SendAsync(HttpContext context, ImageRow image, RenderPlan plan, bool varies, DateTimeOffset? ends, long? generation)
    {
        var key = Pictures.KeyOf(image, plan);
        // A signed address that ends has a Cache-Control of its own for every second, so it is not kept ready made.
        var memory = ends is null ? hot.TryGet(key) : null;
        if (memory is null)
        {
            using var file = await pictures.OpenAsync(image, plan, context.RequestAborted);
            var cacheControl = PictureResponse.CacheControl(image.CacheSeconds, ends, time.GetUtcNow());
            if (ends is not null || !file.Kept || !hot.Takes(file.Length))
            {
                await PictureResponse.SendAsync(context, file, cacheControl, varies);
                return;
            }
            memory = new HotFile(file.ReadAll(), file.ETag, file.Format.MediaType(), cacheControl, file.Lifetime);
            hot.Put(key, memory);
        }
        if (generation is { } resolvedIn)
            targets.Put(context.Request.Path.Value!, Query(context.Request), context.Request.Headers.Accept.ToString(), key, varies, ends, resolvedIn);
        await PictureResponse.SendAsync(context, memory, varies);
    }

    /// <summary>Sends it to who asked, and to nobody else: no cache between keeps it, and a browser asks again whether it still may be seen.</summary>
    public async Task SendPrivatelyAsync(HttpContext context, ImageRow image, RenderPlan plan, bool varies)
    {
        using var file = await pictures.OpenAsync(image, plan, context.RequestAborted);
        await PictureResponse.SendPrivatelyAsync(context, file, varies);
    }

    private static string Query(HttpRequest request) => request.QueryString.Value ?? "";
}
