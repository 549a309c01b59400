using System.Net;

namespace Madang.Tests.Client;

/// <summary>A network that spoils the first attempts, each in its way, and then works.</summary>
internal sealed class BadNetwork(params IEnumerable<BadNetwork.Fault> faults) : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly Queue<Fault> _faults = new(faults);

    /// <summary>What happens to one attempt.</summary>
    internal delegate Task<HttpResponseMessage> Fault(Func<Task<HttpResponseMessage>> send);

    /// <summary>The attempts so far, as method and path.</summary>
    public List<string> Attempts { get; } = [];

    /// <summary>The idempotency keys of the attempts so far.</summary>
    public List<string?> Keys { get; } = [];

    /// <summary>It never arrives.</summary>
    public static Fault Unreachable => _ => throw new HttpRequestException("no route");

    /// <summary>It arrives and is done, and the answer is lost.</summary>
    public static Fault AnswerLost => async send =>
    {
        (await send()).Dispose();
        throw new HttpRequestException("connection reset");
    };

    /// <summary>The server, or something before it, answers this.</summary>
    public static Fault Answers(HttpStatusCode status, int? retryAfter = null) => _ =>
    {
        var answer = new HttpResponseMessage(status) { Content = new StringContent("<html>busy</html>") };
        if (retryAfter is { } seconds)
            answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds));
        return Task.FromResult(answer);
    };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_faults)
        {
            Attempts.Add($"{request.Method} {request.RequestUri!.AbsolutePath}");
            Keys.Add(request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null);
            return _faults.TryDequeue(out var fault) ? fault(() => base.SendAsync(request, cancellationToken)) : base.SendAsync(request, cancellationToken);
        }
    }
}
