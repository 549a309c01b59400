using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Madang.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Host;

/// <summary>The operator's browser, signed in by a one-time link: keeps cookies and sends the page's antiforgery token with writes.</summary>
public sealed partial class OperatorBrowser : IDisposable
{
    private readonly HttpClient _client;
    private readonly Dictionary<string, string> _cookies = [];
    private string _token = "";

    internal OperatorBrowser(HttpClient client) => _client = client;

    /// <summary>The cookie of the session, to tell it apart or to steal it.</summary>
    public string Session => _cookies["madang-session"];

    /// <summary>The antiforgery token of the page that was looked at last, for a form's field.</summary>
    public string Token => _token;

    /// <summary>False: forget to send the antiforgery token, as a foreign page would.</summary>
    public bool SendsToken { get; set; } = true;

    internal async Task SignInAsync(IServiceProvider services)
    {
        var path = await services.GetRequiredService<IOperatorAccess>().NewSignInPath(CancellationToken.None);
        var page = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var answer = await SendAsync(new(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["link"] = path.Split('/')[^1], ["__csrf"] = _token }),
        });
        Assert.Equal("/", answer.Headers.Location?.ToString());
        await GetAsync("/");
    }

    public async Task<HttpResponseMessage> GetAsync(string path)
    {
        var answer = await SendAsync(new(HttpMethod.Get, path));
        if (answer.Content.Headers.ContentType?.MediaType == "text/html" && TokenMeta().Match(await answer.Content.ReadAsStringAsync()) is { Success: true } found)
            _token = WebUtility.HtmlDecode(found.Groups["token"].Value);
        return answer;
    }

    public Task<HttpResponseMessage> PostAsync(string path, object body) => SendAsync(new(HttpMethod.Post, path) { Content = JsonContent.Create(body) });

    public Task<HttpResponseMessage> DeleteAsync(string path) => SendAsync(new(HttpMethod.Delete, path));

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        if (_cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        if (SendsToken && _token.Length > 0 && request.Method != HttpMethod.Get)
            request.Headers.Add("X-CSRF-TOKEN", _token);
        var answer = await _client.SendAsync(request);
        if (answer.Headers.TryGetValues("Set-Cookie", out var cookies))
            foreach (var cookie in cookies)
            {
                var pair = cookie.Split(';')[0].Split('=', 2);
                if (pair[1].Length == 0)
                    _cookies.Remove(pair[0]);
                else
                    _cookies[pair[0]] = pair[1];
            }
        return answer;
    }

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("<meta name=\"csrf-token\" content=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TokenMeta();
}

/// <summary>Opens the operator's browser.</summary>
public static class OperatorBrowsers
{
    public static async Task<OperatorBrowser> OperatorAsync(this MadangHost host)
    {
        var browser = new OperatorBrowser(host.First.Stranger());
        await browser.SignInAsync(host.First.Services);
        return browser;
    }
}
