using System.Net;
using System.Text.Json;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>What is no passkey opens nothing. That a real one does is shown in a real browser.</summary>
public sealed class PasskeyTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"credential":null}""")]
    [InlineData("""{"credential":"x"}""")]
    [InlineData("""{"credential":{}}""")]
    [InlineData("""{"credential":{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"AAAA","userHandle":"AAAA"},"clientExtensionResults":{}}}""")]
    [InlineData("""{"credential":{"id":7,"rawId":[],"type":"public-key","response":5}}""")]
    public async Task Nonsense_is_refused(string answer)
    {
        using var browser = new OperatorBrowser(host.Stranger());
        await (await browser.PostAsync("/api/session/passkey/options", new { })).ShouldBeAsync(HttpStatusCode.OK);
        var refused = await browser.SendAsync(new(HttpMethod.Post, "/api/session/passkey") { Content = new StringContent(answer, System.Text.Encoding.UTF8, "application/json") });
        Assert.True(refused.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest, $"{refused.StatusCode}");
    }

    [Fact]
    public async Task A_question_is_good_for_one_answer_and_for_the_browser_that_was_asked()
    {
        using var browser = new OperatorBrowser(host.Stranger());
        await host.ScalarAsync<object>("delete from accounts.passkey_challenge");
        await browser.PostAsync("/api/session/passkey/options", new { });
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from accounts.passkey_challenge where purpose = 'use' and member_id is null"));
        await browser.PostAsync("/api/session/passkey", new { credential = new { } });
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from accounts.passkey_challenge where purpose = 'use' and member_id is null"));
        await (await host.Stranger().PostAsync("/api/session/passkey", new StringContent("""{"credential":{}}""", System.Text.Encoding.UTF8, "application/json")))
            .ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "passkey.refused");
    }

    [Fact]
    public async Task Strangers_are_not_told_whose_keys_there_are()
    {
        using var browser = new OperatorBrowser(host.Stranger());
        var options = await (await browser.PostAsync("/api/session/passkey/options", new { })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.True(!options.TryGetProperty("allowCredentials", out var keys) || keys.GetArrayLength() == 0);
        Assert.Equal("required", options.GetProperty("userVerification").GetString());
        Assert.True(options.GetProperty("challenge").GetString()!.Length >= 22, "a challenge has 16 random bytes at least");
    }

    [Fact]
    public async Task A_passkey_is_added_only_by_who_has_just_proved_who_they_are()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var browser = new OperatorBrowser(host.Stranger());
        await browser.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password });
        await browser.GetAsync("/");
        var options = await (await browser.PostAsync("/api/me/passkeys/options", new { })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(member.LoginId, options.GetProperty("user").GetProperty("name").GetString());
        await (await browser.PostAsync("/api/me/passkeys", new { credential = new { } })).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "passkey.refused");
        await (await browser.DeleteAsync("/api/me/passkeys/AAAA")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "passkey.unknown");

        host.First.Clock.Advance(TimeSpan.FromMinutes(11));
        await (await browser.PostAsync("/api/me/passkeys/options", new { })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.proof_required");
    }
}
