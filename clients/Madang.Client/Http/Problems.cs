using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Madang.Client.Http;

/// <summary>The members that are read of the server's problem details (RFC 9457).</summary>
internal sealed record Problem(string? Code, string? Detail, string? TraceId);

/// <summary>Turns answers that are no success into exceptions.</summary>
internal static class Problems
{
    private const int MostRead = 64 * 1024;

    public static async Task<MadangException> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellation)
    {
        var problem = await ReadProblemAsync(response.Content, cancellation);
        return problem?.Code is null
            ? Unexpected(response, retryAfter: Wait(response.Headers.RetryAfter, time))
            : new MadangException(problem.Code, problem.Detail ?? response.ReasonPhrase ?? "It was refused.", response.StatusCode)
            {
                RetryAfter = Wait(response.Headers.RetryAfter, time),
                TraceId = problem.TraceId ?? Activity.Current?.TraceId.ToString(),
            };
    }

    /// <summary>An answer that Madang would not give.</summary>
    public static MadangException Unexpected(HttpResponseMessage response, Exception? error = null, TimeSpan? retryAfter = null) => new(
        MadangErrors.UnexpectedAnswer, $"An answer that is not Madang's: {(int)response.StatusCode} {response.Content.Headers.ContentType}.", response.StatusCode, error)
    {
        RetryAfter = retryAfter,
        TraceId = Activity.Current?.TraceId.ToString(),
    };

    private static async Task<Problem?> ReadProblemAsync(HttpContent content, CancellationToken cancellation)
    {
        if (content.Headers.ContentType?.MediaType != "application/problem+json" || content.Headers.ContentLength > MostRead)
            return null;
        try
        {
            var body = await content.ReadAsStreamAsync(cancellation);
            return await JsonSerializer.DeserializeAsync(body, ClientJson.Default.Problem, cancellation);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TimeSpan? Wait(RetryConditionHeaderValue? asked, TimeProvider time) => asked switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > time.GetUtcNow() ? date - time.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };
}
