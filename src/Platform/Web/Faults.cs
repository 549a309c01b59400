using Madang.Platform.Data;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Madang.Platform.Web;

/// <summary>Turns what was thrown into a problem: outages that pass are 503 with Retry-After, the caller's mistakes keep their status, the rest is 500.</summary>
internal sealed class Faults(Outages outages) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is ConnectionResetException || (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested))
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        await ToFailure(exception).WriteTo(context);
        return true;
    }

    private Failure ToFailure(Exception exception) => exception switch
    {
        FailureException refused => refused.Failure,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new("request.too_large", "The request is larger than is allowed here.", StatusCodes.Status413PayloadTooLarge),
        BadHttpRequestException bad => new("request.invalid", bad.Message, bad.StatusCode),
        _ when BrokenForm.Is(exception) => new("request.form", "The form cannot be read: too many fields, one that is too long, or letters that no form has.", StatusCodes.Status400BadRequest),
        _ => outages.Recognise(exception)
            ?? new("internal", "Something went wrong on our side. It was logged with this request's trace id.", StatusCodes.Status500InternalServerError),
    };
}

/// <summary>Tells a form that the framework's reader gave up on: its sender's mistake, though what is thrown is no <see cref="BadHttpRequestException"/>.</summary>
public static class BrokenForm
{
    /// <summary>True for such an exception.</summary>
    /// <param name="exception">What was thrown.</param>
    public static bool Is(Exception exception) => exception is InvalidDataException { Source: "Microsoft.AspNetCore.WebUtilities" or "Microsoft.AspNetCore.Http" };
}

/// <summary>Tells outages, which pass, from bugs.</summary>
/// <param name="rules">What the parts of the platform registered.</param>
public sealed class Outages(IEnumerable<OutageRule> rules)
{
    /// <summary>The failure to answer with, or null when the exception is no outage.</summary>
    /// <param name="exception">What was thrown.</param>
    public Failure? Recognise(Exception exception) => DatabaseUnavailable.Is(exception)
        ? new("database.unavailable", "The database cannot be reached; try again soon.", StatusCodes.Status503ServiceUnavailable) { RetryAfter = TimeSpan.FromSeconds(2) }
        : rules.Select(rule => rule.Recognise(exception)).FirstOrDefault(failure => failure is not null);
}

/// <summary>Recognises an outage of something that a part of the platform depends on.</summary>
/// <param name="Recognise">The failure to answer, or null when the exception is something else.</param>
public sealed record OutageRule(Func<Exception, Failure?> Recognise);
