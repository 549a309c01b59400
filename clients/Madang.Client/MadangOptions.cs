namespace Madang.Client;

/// <summary>Where Madang is and how this client behaves. Read once, when a <see cref="MadangClient"/> is made.</summary>
public sealed class MadangOptions
{
    /// <summary>Where this program reaches Madang, such as <c>http://127.0.0.1:5080</c>. Required.</summary>
    public Uri? Address { get; set; }

    /// <summary>Where browsers reach it, such as <c>https://img.example.com</c>; the URLs that are built begin with it. By default <see cref="Address"/>.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>An API key with the scopes <c>images:write</c> and <c>images:read</c>, as needed. Not needed to build URLs.</summary>
    public string? ApiKey { get; set; }

    /// <summary>The secret that signs delivery URLs: one of the server's <c>Images:SigningKeys</c>, at least 16 bytes. Needed for <c>Signed</c> only.</summary>
    public string? SigningKey { get; set; }

    /// <summary>How many files of a batch are on their way at the same time. Default 4.</summary>
    public int UploadConcurrency { get; set; } = 4;

    /// <summary>How often a request is sent at most, where repeating it is safe. 1 never repeats. Default 4.</summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>The pause before the second attempt, about; it doubles with each further one. Default 250 ms.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause. A server that asks for a longer one by <c>Retry-After</c> is not waited for: the error is thrown and says when. Default 30 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>An attempt ends when the server neither answers nor takes more of an upload for this long. Default 60 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>What is wrong with these options, or null.</summary>
    internal string? Mistake => this switch
    {
        { Address: null } => "MadangOptions.Address is missing.",
        { Address: { } address } when !IsHttp(address) => "MadangOptions.Address must be an absolute http or https address.",
        { PublicAddress: { } address } when !IsHttp(address) => "MadangOptions.PublicAddress must be an absolute http or https address.",
        { SigningKey: { } key } when System.Text.Encoding.UTF8.GetByteCount(key) < 16 => "MadangOptions.SigningKey needs at least 16 bytes.",
        { UploadConcurrency: < 1 } or { MaxAttempts: < 1 } => "MadangOptions.UploadConcurrency and MaxAttempts must be at least 1.",
        _ when RetryDelay < TimeSpan.Zero || MaxRetryDelay < TimeSpan.Zero => "MadangOptions.RetryDelay and MaxRetryDelay cannot be negative.",
        _ when Timeout <= TimeSpan.Zero => "MadangOptions.Timeout must be positive.",
        _ => null,
    };

    private static bool IsHttp(Uri address) => address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
