using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Madang.Tests.Host;
using Madang.Tests.Notifications;
using Madang.Tests.Servers;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>Sign-in by Google, Kakao and Naver, against a provider by the book on loopback.</summary>
public sealed partial class ProviderTests(ProvidersHost host) : IClassFixture<ProvidersHost>
{
    private OAuthServer Provider => host.Provider;

    [Fact]
    public async Task Who_is_new_and_has_a_verified_address_is_a_member_at_once_and_the_same_one_next_time()
    {
        var person = Google("minji", verified: true);
        using var browser = Browser();
        Assert.Equal("/api", await ComeAsync(browser, "google", "/api"));
        var me = await MeAsync(browser);
        Assert.Equal(person.Email, me.GetProperty("email").GetString());
        Assert.Equal("minji", me.GetProperty("nickname").GetString()![..5]);

        using var elsewhere = Browser();
        Assert.Equal("/", await ComeAsync(elsewhere, "google"));
        Assert.Equal(me.GetProperty("id").GetString(), (await MeAsync(elsewhere)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_address_that_belongs_to_a_member_is_not_opened_on_the_providers_word_but_by_the_code_in_the_mail()
    {
        var member = await TestMember.JoinAsync(host.First);
        Google("somebody", verified: true, member.Email);
        using var browser = Browser();
        Assert.Equal("/sign-in/provider", await ComeAsync(browser, "google", "/api"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/me")).StatusCode);

        await AskForCodeAsync(browser, member.Email);
        var code = CodeIn(await host.First.MailToAsync(member.Email));
        var wrong = await ConfirmAsync(browser, code == "000000" ? "111111" : "000000");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal("/api", Path(await ConfirmAsync(browser, code)));
        Assert.Equal(member.Id, (await MeAsync(browser)).GetProperty("id").GetGuid());

        using var elsewhere = Browser();
        Assert.Equal("/", await ComeAsync(elsewhere, "google"));
        Assert.Equal(member.Id, (await MeAsync(elsewhere)).GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("naver", """{"resultcode":"00","response":{"id":"ID","email":"EMAIL","nickname":"네이버친구"}}""")]
    [InlineData("kakao", """{"id":ID,"kakao_account":{"email":"EMAIL","is_email_valid":true,"is_email_verified":false,"profile":{"nickname":"춘식이!"}}}""")]
    [InlineData("google", """{"sub":"ID","email":"EMAIL","email_verified":false,"name":"A"}""")]
    public async Task An_address_that_the_provider_did_not_verify_is_confirmed_by_a_code_and_may_be_another(string provider, string answer)
    {
        var (number, email) = (Random.Shared.NextInt64(1_000_000, long.MaxValue), $"{Guid.CreateVersion7():N}@example.com");
        Provider.Person = answer.Replace("ID", $"{number}", StringComparison.Ordinal).Replace("EMAIL", "unverified@example.com", StringComparison.Ordinal);
        using var browser = Browser();
        Assert.Equal("/sign-in/provider", await ComeAsync(browser, provider));
        await AskForCodeAsync(browser, email);
        Assert.Equal("/", Path(await ConfirmAsync(browser, CodeIn(await host.First.MailToAsync(email)))));
        Assert.Equal(email, (await MeAsync(browser)).GetProperty("email").GetString());

        using var elsewhere = Browser();
        Assert.Equal("/", await ComeAsync(elsewhere, provider));
        Assert.Equal(email, (await MeAsync(elsewhere)).GetProperty("email").GetString());
    }

    [Theory]
    [InlineData("\uFFFE")]
    [InlineData("김\0민지")]
    [InlineData("\uFFFD")]
    public async Task Who_is_called_by_letters_that_are_none_is_called_something_else(string name)
    {
        Google(name, verified: true);
        using var browser = Browser();
        Assert.Equal("/", await ComeAsync(browser, "google"));
        Assert.Matches("^[a-z가-힣]+[0-9]{4}$", (await MeAsync(browser)).GetProperty("nickname").GetString());
    }

    [Fact]
    public async Task Kakaos_verified_address_is_taken()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        Provider.Person = JsonSerializer.Serialize(new
        {
            id = Random.Shared.NextInt64(1, long.MaxValue),
            kakao_account = new { email, is_email_valid = true, is_email_verified = true, profile = new { nickname = "라이언 팬클럽 회장님이올시다" } },
        });
        using var browser = Browser();
        Assert.Equal("/", await ComeAsync(browser, "kakao"));
        Assert.Equal(email, (await MeAsync(browser)).GetProperty("email").GetString());
    }

    [Fact]
    public async Task An_answer_meant_for_another_browser_or_with_an_invented_state_or_come_twice_signs_nobody_in()
    {
        Google("victim", verified: true);
        using var victim = Browser();
        using var thief = Browser();
        var (back, _) = await BackFromProviderAsync(victim, "google");
        Assert.StartsWith("/sign-in?refused=", (await thief.GetAsync(back)).Headers.Location?.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync("/api/me")).StatusCode);

        var (mine, _) = await BackFromProviderAsync(thief, "google");
        var forged = Regex.Replace(mine, "state=[^&]+", "state=AAAA", RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.StartsWith("/sign-in?refused=", (await thief.GetAsync(forged)).Headers.Location?.ToString(), StringComparison.Ordinal);

        var (once, _) = await BackFromProviderAsync(victim, "google");
        Assert.Equal("/", (await victim.GetAsync(once)).Headers.Location?.ToString());
        Assert.StartsWith("/sign-in?refused=", (await victim.GetAsync(once)).Headers.Location?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Google_is_asked_with_a_challenge_and_answered_with_its_verifier()
    {
        Google("pkce", verified: true);
        using var browser = Browser();
        await ComeAsync(browser, "google");
        Assert.Equal("S256", Provider.Asked!["code_challenge_method"]);
        Assert.NotEmpty(Provider.Asked["code_challenge"].ToString());
        Assert.Null(Provider.Refused);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/me")).StatusCode);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example")]
    public async Task Nobody_is_led_to_another_site(string path)
    {
        Google("led", verified: true);
        using var browser = Browser();
        Assert.Equal("/", await ComeAsync(browser, "google", path));
    }

    [Fact]
    public async Task A_suspended_member_does_not_come_in_by_a_provider_either()
    {
        var person = Google("bad", verified: true);
        using var browser = Browser();
        await ComeAsync(browser, "google");
        await host.ScalarAsync<object>(
            "update accounts.member set suspended_at = now(), suspended_reason = 'fraud' where email = @Email", new { person.Email });
        using var elsewhere = Browser();
        Assert.Equal("/sign-in?refused=member.suspended", await ComeAsync(elsewhere, "google"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.GetAsync("/api/me")).StatusCode);
    }

    [Fact]
    public async Task Who_has_no_password_proves_once_more_by_the_provider_and_keeps_the_session()
    {
        Google("proving", verified: true);
        using var browser = Browser();
        await ComeAsync(browser, "google");
        var session = browser.Session;
        host.First.Clock.Advance(TimeSpan.FromMinutes(11));
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/me/sign-in") { Headers = { { "Accept", "text/html" } } };
        Assert.StartsWith("/prove?return=", Path(await browser.SendAsync(asked)), StringComparison.Ordinal);
        var page = await (await browser.GetAsync("/prove?return=/me/sign-in")).Content.ReadAsStringAsync();
        Assert.Contains("/sign-in/with/google", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/sign-in/with/kakao", page, StringComparison.Ordinal);

        Assert.Equal("/me/sign-in", await ComeAsync(browser, "google", "/me/sign-in"));
        Assert.Equal(session, browser.Session);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/me/sign-in")).StatusCode);
    }

    [Theory]
    [InlineData("google", "prompt", "select_account", "0")]
    [InlineData("kakao", "prompt", "login", "")]
    [InlineData("naver", "auth_type", "reauthenticate", "")]
    [InlineData("own", "prompt", "login", "0")]
    public async Task Who_proves_once_more_is_asked_again_by_the_provider_and_who_signs_in_is_not(string provider, string parameter, string value, string maxAge)
    {
        await using var node = await host.NodeAsync(Provider.SettingsFor("own"));
        var member = await TestMember.JoinAsync(node);
        using var stranger = new OperatorBrowser(node.Stranger());
        using var browser = await member.BrowserAsync(node);

        await BackFromProviderAsync(stranger, provider);
        Assert.Equal("", Provider.Asked![parameter].ToString());
        await BackFromProviderAsync(browser, provider);
        Assert.Equal(value, Provider.Asked[parameter].ToString());
        Assert.Equal(maxAge, Provider.Asked["max_age"].ToString());
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(-11, false)]
    [InlineData(null, true)]
    public async Task Who_was_not_asked_again_has_proved_nothing(int? minutes, bool proves)
    {
        // A node of its own: its clock is put forward.
        await using var node = await host.NodeAsync();
        Google("asked", verified: true);
        using var browser = new OperatorBrowser(node.Stranger());
        await ComeAsync(browser, "google");
        node.Clock.Advance(TimeSpan.FromMinutes(11));
        try
        {
            Provider.SignedInAt = minutes is { } before ? node.Clock.GetUtcNow().AddMinutes(before) : null;
            Assert.Equal(proves ? "/me/sign-in" : "/prove?refused=provider&return=%2Fme%2Fsign-in", await ComeAsync(browser, "google", "/me/sign-in"));
        }
        finally
        {
            Provider.SignedInAt = null;
        }
        using var export = await browser.GetAsync("/api/me/export");
        Assert.Equal(proves ? HttpStatusCode.OK : HttpStatusCode.Forbidden, export.StatusCode);
    }

    [Fact]
    public async Task Two_windows_that_come_back_at_once_make_one_member()
    {
        var person = Google("twice", verified: true);
        using var first = Browser();
        using var second = Browser();
        var (one, _) = await BackFromProviderAsync(first, "google");
        var (two, _) = await BackFromProviderAsync(second, "google");
        var answers = await Task.WhenAll(first.GetAsync(one), second.GetAsync(two));
        Assert.All(answers, answer => Assert.True((int)answer.StatusCode < 500, $"{answer.StatusCode}"));
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from accounts.member where email = @Email", new { person.Email }));
    }

    [Fact]
    public async Task A_member_connects_and_disconnects_an_account_but_never_the_last_way_in()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var browser = Browser();
        await browser.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password });
        Google("connected", verified: true, $"{Guid.CreateVersion7():N}@elsewhere.example");
        Assert.Equal("/me/sign-in?done=connected", await ComeAsync(browser, "google", connect: await ConnectTokenAsync(browser)));
        // Whoever adds a way behind the owner's back stays in after a new password: so the owner is told.
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from notifications.notification where member = @Id and kind = 'accounts.way_added'", new { member.Id }));

        using var elsewhere = Browser();
        Assert.Equal("/", await ComeAsync(elsewhere, "google"));
        Assert.Equal(member.Id, (await MeAsync(elsewhere)).GetProperty("id").GetGuid());

        await host.ScalarAsync<object>("update accounts.member set password_hash = null where id = @Id", new { member.Id });
        await (await browser.PostAsync("/me/sign-in/google/disconnect", new { })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "sign_in.last_way");
    }

    [Fact]
    public async Task Nobody_connects_an_account_with_a_member_who_did_not_ask_for_it()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var browser = Browser();
        await browser.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password });
        var token = await ConnectTokenAsync(browser);

        // A link that a foreign page made up, and one that was made for another session.
        Assert.Equal("/me/sign-in?refused=connect", (await browser.GetAsync("/sign-in/with/google?connect=made-up")).Headers.Location?.ToString());
        using var other = Browser();
        var second = await TestMember.JoinAsync(host.First);
        await other.PostAsync("/api/session", new { login = second.LoginId, password = TestMember.Password });
        Assert.Equal("/me/sign-in?refused=connect", (await other.GetAsync($"/sign-in/with/google?connect={token}")).Headers.Location?.ToString());

        // An account that another member signs in by.
        Google("taken", verified: true);
        using var owner = Browser();
        await ComeAsync(owner, "google");
        Assert.Equal("/me/sign-in?refused=connect", await ComeAsync(browser, "google", connect: token));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"sub\":\"\"}")]
    [InlineData("not json")]
    [InlineData("{\"sub\":{\"a\":1},\"email\":7}")]
    public async Task Nonsense_from_a_provider_is_a_refusal(string answer)
    {
        Provider.Person = answer;
        using var browser = Browser();
        Assert.Equal("/sign-in?refused=provider", await ComeAsync(browser, "google"));
    }

    [Fact]
    public async Task A_provider_that_is_not_configured_does_not_exist()
    {
        using var browser = Browser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/sign-in/with/facebook")).StatusCode);
        var page = await (await browser.GetAsync("/sign-in")).Content.ReadAsStringAsync();
        Assert.Contains("/sign-in/with/google", page, StringComparison.Ordinal);
        Assert.DoesNotContain("facebook", page, StringComparison.OrdinalIgnoreCase);
    }

    private (string Subject, string Email) Google(string name, bool verified, string? email = null)
    {
        var person = (Subject: Guid.CreateVersion7().ToString("N"), Email: email ?? $"{Guid.CreateVersion7():N}@example.com");
        Provider.Person = JsonSerializer.Serialize(new { sub = person.Subject, email = person.Email, email_verified = verified, name });
        return person;
    }

    private OperatorBrowser Browser() => new(host.First.Stranger());

    /// <summary>To the provider and back; the answer is where the browser is led then.</summary>
    private static async Task<string?> ComeAsync(OperatorBrowser browser, string provider, string? path = null, string? connect = null)
    {
        var (back, _) = await BackFromProviderAsync(browser, provider, path, connect);
        return (await browser.GetAsync(back)).Headers.Location?.ToString();
    }

    /// <summary>To the provider; the answer is the address that it sends the browser back to.</summary>
    private static async Task<(string Back, Uri Provider)> BackFromProviderAsync(OperatorBrowser browser, string provider, string? path = null, string? connect = null)
    {
        var sent = await browser.GetAsync($"/sign-in/with/{provider}?return={Uri.EscapeDataString(path ?? "/")}{(connect is null ? "" : $"&connect={connect}")}");
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        using var web = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var agreed = await web.GetAsync(sent.Headers.Location);
        Assert.Equal(HttpStatusCode.Redirect, agreed.StatusCode);
        return (agreed.Headers.Location!.PathAndQuery, sent.Headers.Location!);
    }

    private static async Task<JsonElement> MeAsync(OperatorBrowser browser) => await (await browser.GetAsync("/api/me")).ShouldBeAsync(HttpStatusCode.OK);

    private static async Task AskForCodeAsync(OperatorBrowser browser, string email)
    {
        await browser.GetAsync("/sign-in/provider");
        var asked = await browser.SendAsync(new(HttpMethod.Post, "/sign-in/provider") { Content = new FormUrlEncodedContent([new("_handler", "provider-address"), new("Email", email), new("__csrf", browser.Token)]) });
        Assert.Equal("/sign-in/provider/confirm", Path(asked));
    }

    private static async Task<HttpResponseMessage> ConfirmAsync(OperatorBrowser browser, string code)
    {
        await browser.GetAsync("/sign-in/provider/confirm");
        return await browser.SendAsync(new(HttpMethod.Post, "/sign-in/provider/confirm") { Content = new FormUrlEncodedContent([new("_handler", "provider-confirm"), new("Code", code), new("__csrf", browser.Token)]) });
    }

    private static async Task<string> ConnectTokenAsync(OperatorBrowser browser)
    {
        var page = await (await browser.GetAsync("/me/sign-in")).Content.ReadAsStringAsync();
        return Connect().Match(page) is { Success: true } found ? WebUtility.HtmlDecode(found.Groups["token"].Value) : throw new Xunit.Sdk.XunitException(page);
    }

    /// <summary>A page redirects to an absolute address.</summary>
    private static string? Path(HttpResponseMessage answer) => answer.Headers.Location is { IsAbsoluteUri: true } address ? address.PathAndQuery : answer.Headers.Location?.ToString();

    private static string CodeIn(ReceivedMail mail) => Code().Match(mail.Text) is { Success: true } found ? found.Value : throw new Xunit.Sdk.XunitException(mail.Text);

    [GeneratedRegex(@"\b[0-9]{6}\b", RegexOptions.None, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("/sign-in/with/google\\?connect=(?<token>[^\"&]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Connect();
}

/// <summary>A host that offers Google, Kakao and Naver, all of which are one server on loopback.</summary>
public sealed class ProvidersHost(TestDatabase database) : MadangHost(database)
{
    public OAuthServer Provider { get; private set; } = null!;

    protected override IEnumerable<KeyValuePair<string, string>> Settings => new[] { "google", "kakao", "naver" }.SelectMany(Provider.SettingsFor);

    public override async ValueTask InitializeAsync()
    {
        Provider = await OAuthServer.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Provider.DisposeAsync();
    }
}
