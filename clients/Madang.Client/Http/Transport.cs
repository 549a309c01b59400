using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Madang.Client.Http;

/// <summary>Sends calls, again where that is safe and useful, and turns everything that goes wrong into a <see cref="MadangException"/>.</summary>
internal sealed class Transport(HttpClient http, MadangOptions options, TimeProvider time)
{
    private static readonly ProductInfoHeaderValue Agent = new("Madang.Client", typeof(Transport).Assembly.GetName().Version!.ToString(3));

    private readonly string _address = options.Address!.AbsoluteUri.TrimEnd('/');
    private readonly RetryPause _pause = new(options, Random.Shared.NextDouble);

    /// <param name="call">What to send.</param>
    /// <param name="read">Reads a good answer, as a part of the attempt; it disposes the answer, or hands it on.</param>
    /// <param name="cancellation">Ends the sending and the pauses.</param>
    public async Task<T> SendAsync<T>(ApiCall call, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                return await AttemptAsync(call, read, cancellation);
            }
            catch (MadangException error) when (_pause.After(attempt, error) is { } wait && call.MayRepeat())
            {
                pause = wait;
            }
            await Task.Delay(pause, time, cancellation);
        }
    }

    /// <summary>Sends a call whose answer is JSON.</summary>
    public Task<T> SendAsync<T>(ApiCall call, JsonTypeInfo<T> type, CancellationToken cancellation) => SendAsync(call, async (response, ending) =>
    {
        using (response)
        {
            var body = await response.Content.ReadAsStreamAsync(ending);
            return await JsonSerializer.DeserializeAsync(body, type, ending) ?? throw Problems.Unexpected(response);
        }
    }, cancellation);

    /// <summary>Sends a call whose answer says nothing more.</summary>
    public Task SendAsync(ApiCall call, CancellationToken cancellation) => SendAsync(call, (response, _) =>
    {
        response.Dispose();
        return Task.FromResult(true);
    }, cancellation);

    private async Task<T> AttemptAsync<T>(ApiCall call, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(options.Timeout, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        HttpResponseMessage? response = null;
        try
        {
            using var request = Request(call, () => silence.CancelAfter(options.Timeout));
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ending.Token);
            if (!response.IsSuccessStatusCode)
                throw await Problems.ReadAsync(response, time, ending.Token);
            return await read(response, ending.Token);
        }
        catch (Exception error)
        {
            response?.Dispose();
            cancellation.ThrowIfCancellationRequested();
            if (Translate(error, response) is { } told)
                throw told;
            throw;
        }
    }

    private static MadangException? Translate(Exception error, HttpResponseMessage? response) => error switch
    {
        OperationCanceledException => new(MadangErrors.Timeout, "The server did not answer in time.", inner: error),
        HttpRequestException or IOException => new(MadangErrors.Unreachable, $"The server cannot be reached: {error.Message}", inner: error),
        JsonException when response is not null => Problems.Unexpected(response, error),
        _ => null,
    };

    private HttpRequestMessage Request(ApiCall call, Action alive)
    {
        var request = new HttpRequestMessage(call.Method, _address + call.Path);
        request.Headers.UserAgent.Add(Agent);
        if (call.Authorized && !string.IsNullOrEmpty(options.ApiKey))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        if (call.IdempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", call.IdempotencyKey);
        request.Content = call.Content?.Invoke(alive);
        request.Headers.ExpectContinue = call.AsksFirst() ? true : null;
        return request;
    }
}
