using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Accounts.Storage;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Identity;

namespace Madang.Tests.Accounts;

/// <summary>What a request was answered with, and what was done before the answer. Jobs that it left behind do not count: nobody waits for them.</summary>
/// <param name="Answer">Status, names of the headers, and the body, in which secrets have only their length and what is new each time only its name.</param>
/// <param name="Statements">The SQL, in the order in which it ended.</param>
/// <param name="Hashes">How many passwords were hashed or compared with a hash.</param>
internal sealed record RequestWork(string Answer, IReadOnlyList<string> Statements, int Hashes)
{
    private static readonly string[] Secrets = ["signUp", "challenge"];
    private static readonly string[] NewEachTime = ["codeUntil", "traceId"];

    /// <summary>Posts, and listens to the traces of ASP.NET Core and Npgsql for what belongs to this one request.</summary>
    public static async Task<RequestWork> OfAsync(HttpClient client, string path, object body)
    {
        var trace = ActivityTraceId.CreateRandom();
        var request = default(ActivitySpanId);
        var statements = new ConcurrentQueue<(ActivitySpanId Parent, string Text)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStarted = activity =>
            {
                if (activity.TraceId == trace && activity.Source.Name == "Microsoft.AspNetCore")
                    request = activity.SpanId;
            },
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace && activity.GetTagItem("db.query.text") is string text)
                    statements.Enqueue((activity.ParentSpanId, text));
            },
        };
        ActivitySource.AddActivityListener(listener);

        using var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        message.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        using var response = await client.SendAsync(message);
        var answer = $"{(int)response.StatusCode} {string.Join(',', response.Headers.Select(header => header.Key).Order(StringComparer.Ordinal))} {Steady(await response.JsonAsync())}";
        return new(answer, [.. statements.Where(one => one.Parent == request).Select(one => one.Text)], CountedHasher.Of(trace));
    }

    private static string Steady(JsonElement body) => string.Join('\n', body.EnumerateObject().Select(
        part => part.Name + ": " + (Secrets.Contains(part.Name) ? $"{part.Value.GetString()!.Length}" : NewEachTime.Contains(part.Name) ? "" : part.Value)));
}

/// <summary>Hashes as ever, and counts by the request's trace.</summary>
internal sealed class CountedHasher : IPasswordHasher<MemberRow>
{
    private static readonly ConcurrentDictionary<ActivityTraceId, int> Counts = new();

    private readonly PasswordHasher<MemberRow> _hasher = new();

    public static int Of(ActivityTraceId trace) => Counts.GetValueOrDefault(trace);

    public string HashPassword(MemberRow user, string password)
    {
        Count();
        return _hasher.HashPassword(user, password);
    }

    public PasswordVerificationResult VerifyHashedPassword(MemberRow user, string hashedPassword, string providedPassword)
    {
        Count();
        return _hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }

    private static void Count()
    {
        if (Activity.Current is { } activity)
            Counts.AddOrUpdate(activity.TraceId, 1, (_, count) => count + 1);
    }
}
