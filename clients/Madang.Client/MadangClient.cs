using Madang.Client.Http;

namespace Madang.Client;

/// <summary>A Madang server, as other programs see it. Thread-safe; it holds nothing but the <see cref="HttpClient"/> that it was given.</summary>
public sealed class MadangClient
{
    /// <summary>Makes a client without a container; with one, use <see cref="MadangServices.AddMadang"/>.</summary>
    /// <param name="http">
    /// Sends the requests; stays the caller's to dispose. Its own <see cref="HttpClient.Timeout"/> (100 s by default) also ends long uploads:
    /// <see cref="Timeout.InfiniteTimeSpan"/> leaves it to <see cref="MadangOptions.Timeout"/>.
    /// </param>
    /// <param name="options">Where to and how.</param>
    /// <param name="time">The clock of pauses and timeouts; the system's by default.</param>
    /// <exception cref="ArgumentException">The options are not usable; the message says why.</exception>
    public MadangClient(HttpClient http, MadangOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistake is { } mistake)
            throw new ArgumentException(mistake, nameof(options));
        time ??= TimeProvider.System;
        Images = new ImagesClient(new Transport(http, options, time), options, time);
    }

    /// <summary>Upload, find, change, deliver and delete images.</summary>
    public ImagesClient Images { get; }
}
