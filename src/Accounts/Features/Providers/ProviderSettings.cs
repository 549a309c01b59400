using Madang.Accounts.Domain;
using Microsoft.Extensions.Configuration;

namespace Madang.Accounts.Features.Providers;

/// <summary>A provider by which people may sign in: the section <c>Accounts:Providers:{name}</c>. It is offered when it has a client id and a secret.</summary>
/// <param name="Name">Small letters and digits: <c>google</c>.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Form">In what form it answers.</param>
/// <param name="ClientId">Ours, there.</param>
/// <param name="ClientSecret">Ours, there.</param>
/// <param name="AuthorizationEndpoint">Where the browser is sent.</param>
/// <param name="TokenEndpoint">Where the code is exchanged.</param>
/// <param name="UserInformationEndpoint">Where it says who the person is.</param>
/// <param name="Scope">What we ask to see.</param>
/// <param name="Pkce">RFC 7636, where the provider offers it.</param>
internal sealed record ProviderSettings(
    string Name, string Label, ProviderForm Form, string ClientId, string ClientSecret,
    string AuthorizationEndpoint, string TokenEndpoint, string UserInformationEndpoint, string Scope, bool Pkce)
{
    private static readonly ProviderSettings[] Known =
    [
        new("google", "Google", ProviderForm.OpenIdConnect, "", "", "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token",
            "https://openidconnect.googleapis.com/v1/userinfo", "openid email profile", Pkce: true),
        new("kakao", "Kakao", ProviderForm.Kakao, "", "", "https://kauth.kakao.com/oauth/authorize", "https://kauth.kakao.com/oauth/token",
            "https://kapi.kakao.com/v2/user/me", "account_email profile_nickname", Pkce: false),
        new("naver", "Naver", ProviderForm.Naver, "", "", "https://nid.naver.com/oauth2.0/authorize", "https://nid.naver.com/oauth2.0/token",
            "https://openapi.naver.com/v1/nid/me", "", Pkce: false),
    ];

    /// <summary>The scheme under which ASP.NET Core knows it.</summary>
    public string Scheme => $"provider:{Name}";

    /// <summary>
    /// What is added to the way there when somebody who is signed in here is to prove it once more: the provider is to ask again, however long it remembers the
    /// person (OpenID Connect Core 1.0, section 3.1.2.1; Google knows no <c>login</c>; Kakao's and Naver's are their own).
    /// </summary>
    public string AskAgain => Form switch
    {
        ProviderForm.Kakao => "prompt=login",
        ProviderForm.Naver => "auth_type=reauthenticate",
        _ => Name == "google" ? "prompt=select_account&max_age=0" : "prompt=login&max_age=0",
    };

    public string CallbackPath => $"/sign-in/callback/{Name}";

    /// <summary>The providers that are configured: Google, Kakao and Naver by their names, and any other that speaks OpenID Connect with its endpoints.</summary>
    /// <exception cref="InvalidOperationException">One is configured by half.</exception>
    public static IReadOnlyList<ProviderSettings> From(IConfiguration configuration) =>
        [.. configuration.GetSection("Accounts:Providers").GetChildren()
            .Where(section => !string.IsNullOrEmpty(section["ClientId"]))
            .Select(section => Read(section, section.Key.ToLowerInvariant()))
            // Those whom everybody knows first, in the order of the list.
            .OrderBy(one => Array.FindIndex(Known, known => known.Name == one.Name) is >= 0 and var place ? place : Known.Length)
            .ThenBy(one => one.Name, StringComparer.Ordinal)];

    private static ProviderSettings Read(IConfigurationSection section, string name)
    {
        var known = Array.Find(Known, one => one.Name == name);
        if (name.Length is < 2 or > 20 || !char.IsAsciiLetterLower(name[0]) || !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter)))
            throw new InvalidOperationException($"Accounts:Providers:{section.Key}: a provider's name has 2 to 20 letters from a to z and digits.");
        return new(
            name,
            section["Label"] ?? known?.Label ?? section.Key,
            known?.Form ?? ProviderForm.OpenIdConnect,
            section["ClientId"]!,
            Needed("ClientSecret", null),
            Needed("AuthorizationEndpoint", known?.AuthorizationEndpoint),
            Needed("TokenEndpoint", known?.TokenEndpoint),
            Needed("UserInformationEndpoint", known?.UserInformationEndpoint),
            section["Scope"] ?? known?.Scope ?? "openid email profile",
            section.GetValue("Pkce", known?.Pkce ?? true));

        string Needed(string key, string? byDefault) => section[key] is { Length: > 0 } value
            ? value
            : byDefault ?? throw new InvalidOperationException($"Accounts:Providers:{section.Key}:{key} is missing.");
    }
}
