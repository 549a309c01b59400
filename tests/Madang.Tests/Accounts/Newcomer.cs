using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Madang.Tests.Host;
using Madang.Tests.Notifications;

namespace Madang.Tests.Accounts;

/// <summary>Somebody with a browser and a mailbox, who signs up as people do.</summary>
public sealed partial class Newcomer : IDisposable
{
    public const string GoodPassword = "Maple-river.72";

    private readonly Node _node;

    public Newcomer(Node node)
    {
        _node = node;
        Browser = new OperatorBrowser(node.Stranger());
        var letters = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        (Email, LoginId, Nickname) = ($"Kim.{letters[..10]}@example.com", $"kim{letters[..12]}", letters[..10]);
        Phone = "010" + RandomNumberGenerator.GetInt32(100_000_000).ToString("D8", System.Globalization.CultureInfo.InvariantCulture);
    }

    public OperatorBrowser Browser { get; }

    public string Email { get; set; }

    public string LoginId { get; set; }

    public string Nickname { get; set; }

    public string Phone { get; set; }

    public string Password { get; set; } = GoodPassword;

    /// <summary>The secret of the sign-up.</summary>
    public string Secret { get; private set; } = "";

    public object Form => new { email = Email, loginId = LoginId, nickname = Nickname, password = Password, name = "김민지", phone = Phone };

    public async Task<HttpResponseMessage> SignUpAsync(object? form = null)
    {
        var answer = await Browser.PostAsync("/api/sign-up", form ?? Form);
        if (answer.StatusCode == HttpStatusCode.Accepted)
            Secret = (await answer.JsonAsync()).GetProperty("signUp").GetString()!;
        return answer;
    }

    /// <summary>The code of the newest mail.</summary>
    /// <param name="mails">How many mails there must be by now.</param>
    public async Task<string> CodeAsync(int mails = 1) => CodeOf((await _node.MailToAsync(Email, mails)).Text);

    public Task<HttpResponseMessage> ConfirmAsync(string code, object? other = null) =>
        Browser.PostAsync("/api/sign-up/confirm", Merge(new { signUp = Secret, code }, other));

    /// <summary>Signs up and confirms.</summary>
    public async Task<Newcomer> JoinAsync()
    {
        await (await SignUpAsync()).ShouldBeAsync(HttpStatusCode.Accepted);
        await (await ConfirmAsync(await CodeAsync())).ShouldBeAsync(HttpStatusCode.Created);
        // The token of a page is the caller's, who is another now.
        await Browser.GetAsync("/");
        return this;
    }

    public Task<HttpResponseMessage> SignInAsync(string? password = null, HttpClient? from = null) =>
        SignInAsync(from ?? _node.Stranger(), LoginId, password ?? Password);

    public static Task<HttpResponseMessage> SignInAsync(HttpClient client, string login, string password) =>
        client.PostAsJsonAsync("/api/session", new { login, password });

    /// <summary>Asks for a code of another kind; the answer is the challenge.</summary>
    public async Task<string> AskAsync(string what, HttpClient? from = null) =>
        (await (await (from ?? _node.Stranger()).PostAsJsonAsync($"/api/{what}/code", new { email = Email })).ShouldBeAsync(HttpStatusCode.Accepted)).GetProperty("challenge").GetString()!;

    public static string CodeOf(string text) => SixDigits().Match(text).Value;

    /// <summary>A code that is certainly another.</summary>
    public static string Other(string code) => code == "000000" ? "000001" : "000000";

    public void Dispose() => Browser.Dispose();

    private static Dictionary<string, JsonElement> Merge(params object?[] parts) => parts
        .Where(part => part is not null)
        .SelectMany(part => JsonSerializer.SerializeToElement(part).EnumerateObject())
        .ToDictionary(one => one.Name, one => one.Value);

    [GeneratedRegex(@"(?<![0-9])[0-9]{6}(?![0-9])", RegexOptions.None, 1000)]
    private static partial Regex SixDigits();
}
