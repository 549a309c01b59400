using Madang.Images.Domain;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Madang.Images.Delivery;

/// <summary>The configured rules of delivery, read and checked once at start: limits, presets, signatures.</summary>
internal sealed class DeliveryRules
{
    private readonly UrlSigner? _signer;
    private readonly UnsignedRequests _unsigned;
    private readonly TimeProvider _time;

    public DeliveryRules(IOptions<ImagesOptions> options, TimeProvider time)
    {
        var settings = options.Value;
        _time = time;
        _unsigned = settings.RequireSignature ? UnsignedRequests.Nothing : settings.UnsignedPresetsOnly ? UnsignedRequests.Presets : UnsignedRequests.Anything;
        _signer = settings.SigningKeys.Length > 0 ? new UrlSigner(settings.SigningKeys) : null;
        if (_signer is null && _unsigned is not UnsignedRequests.Anything)
            throw new InvalidOperationException("Images:RequireSignature and Images:UnsignedPresetsOnly need Images:SigningKeys: at least one secret of 16 bytes or more.");
        Limits = new OutputLimits(Math.Min(settings.MaxSide, OutputLimits.Default.MaxSide), settings.MaxPixels);
        Presets = Presets.Read(settings.Presets, Limits);
    }

    public OutputLimits Limits { get; }

    public Presets Presets { get; }

    /// <summary>Refuses a request whose signature is wrong, or is missing where it is needed.</summary>
    /// <param name="request">The delivery request.</param>
    /// <param name="ends">When the signature ends; null when it does not, or there is none.</param>
    /// <param name="presets">Whether this address takes presets: elsewhere the word opens nothing.</param>
    public Failure? Refuse(HttpRequest request, out DateTimeOffset? ends, bool presets = false)
    {
        ends = null;
        var query = request.QueryString.Value ?? "";
        var state = _signer?.Check(request.Path.Value ?? "", query, _time.GetUtcNow()) ?? SignatureState.Missing;
        if (state is SignatureState.Valid && long.TryParse(request.Query["exp"], out var seconds) && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            ends = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return UrlAccess.Refuse(_unsigned, state, presets && request.Query.ContainsKey("preset"));
    }

    /// <summary>Path and query, with a signature where strangers need one.</summary>
    /// <param name="path">From the first slash.</param>
    /// <param name="query">Without its question mark; may be empty.</param>
    public string SignedWhereNeeded(string path, string query)
    {
        if (_unsigned is UnsignedRequests.Anything || _signer is null)
            return query.Length == 0 ? path : $"{path}?{query}";
        return $"{path}?{(query.Length == 0 ? "" : query + "&")}s={_signer.Sign(path, query)}";
    }
}
