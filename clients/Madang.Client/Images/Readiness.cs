using System.Net.ServerSentEvents;
using System.Text.Json;
using Madang.Client.Http;

namespace Madang.Client;

/// <summary>
/// Waits for an image's status to change. The server tells by events; where a proxy on the way holds them back or does not let them through,
/// a look now and then finds out as well.
/// </summary>
internal sealed class Readiness(Transport transport, TimeProvider time)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(20);

    /// <summary>The image once it is ready.</summary>
    /// <exception cref="MadangException">It failed, is gone, or the server cannot be asked.</exception>
    public async Task<ImageResource> WaitAsync(Guid id, Func<Task<ImageResource>> look, CancellationToken cancellation)
    {
        var told = false;
        for (var pause = FirstLook; ; pause = pause * 2 < LastLook ? pause * 2 : LastLook)
        {
            var image = await look();
            switch (image.Status)
            {
                case ImageStatus.Ready:
                    return image;
                case ImageStatus.Failed:
                    throw new MadangException(image.Failure?.Code ?? "image.failed", image.Failure?.Detail ?? "The picture could not be prepared.");
            }
            using var over = new CancellationTokenSource(pause, time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
            // Events that the image itself contradicts are of no use: then only looking helps, and not in a tight loop.
            told = !told && await ToldAsync(id, ending.Token);
            if (!told)
                await EndOf(ending.Token);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>True as soon as an event says that the image is done; false when none will. A fault is no reason to stop waiting: the next look will tell.</summary>
    private async Task<bool> ToldAsync(Guid id, CancellationToken ending)
    {
        try
        {
            using var response = await transport.SendAsync(new(HttpMethod.Get, $"/api/images/{id}/events"), (response, _) => Task.FromResult(response), ending);
            await using var body = await response.Content.ReadAsStreamAsync(ending);
            var events = SseParser.Create(body, (_, data) => JsonSerializer.Deserialize(data, ClientJson.Default.ImageState));
            await foreach (var state in events.EnumerateAsync(ending))
                if (state.Data is { Status: not ImageStatus.Processing })
                    return true;
        }
        catch (Exception error) when (error is MadangException or OperationCanceledException or IOException or HttpRequestException or JsonException)
        {
            return false;
        }
        return false;
    }

    private Task EndOf(CancellationToken ending) =>
        Task.Delay(Timeout.InfiniteTimeSpan, time, ending).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
