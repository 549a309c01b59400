using System.Net;

namespace Madang.Client;

/// <summary>
/// Something was refused or did not work. <see cref="Code"/> tells what, for programs. Codes of the server begin with its module
/// (<c>image.too_large</c>); those that begin with <c>client.</c> arose here, see <see cref="MadangErrors"/>.
/// </summary>
public sealed class MadangException : Exception
{
    internal MadangException(string code, string detail, HttpStatusCode? status = null, Exception? inner = null)
        : base($"{detail} ({code})", inner) => (Code, Detail, Status) = (code, detail, status);

    /// <summary>Stable and for programs: <c>image.unknown</c>, <c>auth.scope</c>, <c>client.unreachable</c> ...</summary>
    public string Code { get; }

    /// <summary>A sentence for people.</summary>
    public string Detail { get; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>How long the server asks to wait before the next attempt.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>Names the request in the server's log.</summary>
    public string? TraceId { get; internal init; }

    /// <summary>It may work when tried again: an outage, or too much at once.</summary>
    public bool IsTransient => Code is MadangErrors.Unreachable or MadangErrors.Timeout || Status is
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
}

/// <summary>The codes that arise in this client.</summary>
public static class MadangErrors
{
    /// <summary>The server could not be reached, or the connection broke.</summary>
    public const string Unreachable = "client.unreachable";

    /// <summary>The server was silent for <see cref="MadangOptions.Timeout"/>.</summary>
    public const string Timeout = "client.timeout";

    /// <summary>The answer is none of Madang's; perhaps a proxy's, or the address is wrong.</summary>
    public const string UnexpectedAnswer = "client.unexpected_answer";

    /// <summary>A file to upload cannot be read.</summary>
    public const string Unreadable = "client.unreadable";
}
