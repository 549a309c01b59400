using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Madang.Platform.Web;

namespace Madang.Accounts.Domain;

/// <summary>What a provider says of a person.</summary>
/// <param name="Subject">The provider's own, lasting id of the person.</param>
/// <param name="Email">Null when the provider knows none, or the person did not share it.</param>
/// <param name="EmailIsVerified">The provider says that the address is the person's. Only then is it taken without a code of ours.</param>
/// <param name="Nickname">What the person is called there.</param>
internal sealed record ProviderProfile(string Subject, string? Email, bool EmailIsVerified, string? Nickname)
{
    /// <summary>When the person last signed in there; null where the provider does not say.</summary>
    public DateTimeOffset? SignedInAt { get; init; }

    public static Failure Unreadable => new("provider.unreadable", "The provider's answer could not be read. Try again, or sign in another way.", 502);

    /// <summary>Reads a provider's answer to "who is this".</summary>
    /// <param name="form">Whose form the answer has.</param>
    /// <param name="answer">The answer.</param>
    public static Result<ProviderProfile> Read(ProviderForm form, JsonElement answer)
    {
        if (answer.ValueKind is not JsonValueKind.Object)
            return Unreadable;
        var profile = form switch
        {
            ProviderForm.Kakao => Kakao(answer),
            ProviderForm.Naver => Naver(answer),
            _ => OpenIdConnect(answer),
        };
        return profile is { Subject.Length: >= 1 and <= 255 } && TypedText.IsLine(profile.Subject)
            ? profile with
            {
                Email = MemberFields.Email(profile.Email).Succeeded(out var email, out _) ? email : null,
                Nickname = profile.Nickname is { Length: <= 200 } name && TypedText.IsLine(name) ? name : null,
            }
            : Unreadable;
    }

    /// <summary>Google, and any OpenID Connect server: the standard claims (OpenID Connect Core 1.0, section 5.1).</summary>
    private static ProviderProfile OpenIdConnect(JsonElement answer) => new(
        Text(answer, "sub"), Text(answer, "email"), Yes(answer, "email_verified"), Text(answer, "nickname") is { Length: > 0 } nickname ? nickname : Text(answer, "name"));

    /// <summary>Kakao's <c>GET /v2/user/me</c> (developers.kakao.com, "REST API: Kakao Login, Retrieve user information").</summary>
    private static ProviderProfile Kakao(JsonElement answer)
    {
        var account = Member(answer, "kakao_account");
        return new(
            Text(answer, "id"), Text(account, "email"), Yes(account, "is_email_valid") && Yes(account, "is_email_verified"), Text(Member(account, "profile"), "nickname"));
    }

    /// <summary>Naver's <c>GET /v1/nid/me</c> (developers.naver.com, "Naver Login API"). It does not say whether the address was ever verified: so it was not.</summary>
    private static ProviderProfile Naver(JsonElement answer)
    {
        var person = Member(answer, "response");
        return new(Text(person, "id"), Text(person, "email"), EmailIsVerified: false, Text(person, "nickname"));
    }

    /// <summary>
    /// The <c>auth_time</c> of the <c>id_token</c> that came with the access token. Its signature is not looked at: it came from the provider's own address, and
    /// only ever speaks against the person.
    /// </summary>
    /// <param name="answer">What the code was exchanged for.</param>
    public static DateTimeOffset? ReadSignedInAt(JsonElement answer)
    {
        if (Text(answer, "id_token").Split('.') is not [_, var claims, _])
            return null;
        try
        {
            using var token = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            return Member(token.RootElement, "auth_time") is { ValueKind: JsonValueKind.Number } time && time.TryGetInt64(out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    // Kakao's id is a number.
    private static string Text(JsonElement element, string name) => Member(element, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    // Some OpenID Connect servers send it as text.
    private static bool Yes(JsonElement element, string name) => Member(element, name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.String } text => text.GetString() == "true",
        _ => false,
    };
}

/// <summary>In what form a provider answers.</summary>
internal enum ProviderForm
{
    /// <summary>Standard claims: Google and most others.</summary>
    OpenIdConnect,

    /// <summary>Kakao's own.</summary>
    Kakao,

    /// <summary>Naver's own.</summary>
    Naver,
}
