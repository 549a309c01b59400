using System.Net;
using System.Net.Http.Json;
using System.Text;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>Whatever is sent to the ways in is refused, never a fault of ours.</summary>
public sealed class HostileSignUpTests(MadangHost host) : IClassFixture<MadangHost>
{
    private static readonly string[] Paths =
    [
        "/api/members/availability", "/api/sign-up", "/api/sign-up/resend", "/api/sign-up/confirm", "/api/session", "/api/login-id/code", "/api/login-id", "/api/password/code",
        "/api/password",
    ];

    private static readonly string[] Fields =
    [
        "email", "loginId", "nickname", "password", "name", "phone", "postcode", "addressLine1", "addressLine2", "signUp", "code", "login", "challenge",
    ];

    public static TheoryData<string> Bodies => ["null", "", "[]", "\"x\"", "{", "{}", "{\"email\":null}", "{\"email\":7}", "{\"email\":{}}", "{\"email\":\"\\ud800\"}", "\0", "1e999", "{\"password\":[[[[]]]]}"];

    public static TheoryData<string> Values =>
    [
        new string('a', 300), new string('가', 100_000), "a\0b", "two\r\nlines", "\u202Eevil\u202C", "😀😀😀😀", "' or 1=1 --", "<script>alert(1)</script>", "%00", "{0} {1}", "\uFFFF", "김\uFFFE", "010-1234-567\uFFFE", "ﷺ", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
        "a@b.example\r\nBcc: all@example.com", "٠١٢٣٤٥", "१२३४५६", "123456", " ", "true", new string('1', 30),
    ];

    [Theory, MemberData(nameof(Bodies))]
    public async Task Bodies_that_are_none(string body)
    {
        foreach (var path in Paths)
            await RefusedAsync(path, await host.Stranger().PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json")));
    }

    [Theory, MemberData(nameof(Values))]
    public async Task Values_that_nobody_has(string value)
    {
        var secret = new string('A', 43);
        foreach (var path in Paths)
        {
            await RefusedAsync(path, await host.Stranger().PostAsJsonAsync(path, Fields.ToDictionary(field => field, _ => value)), orFound: path.EndsWith("/code", StringComparison.Ordinal));
            var known = Fields.ToDictionary(field => field, _ => value);
            (known["signUp"], known["challenge"]) = (secret, secret);
            await RefusedAsync(path, await host.Stranger().PostAsJsonAsync(path, known), orFound: path.EndsWith("/code", StringComparison.Ordinal));
            // One at a time, so that no other field's refusal hides it.
            using var kim = new Newcomer(host.First);
            foreach (var field in new[] { "email", "loginId", "nickname", "password", "name", "phone", "addressLine1" })
            {
                if (path != "/api/sign-up")
                    continue;
                var form = new Dictionary<string, string>
                {
                    ["email"] = kim.Email,
                    ["loginId"] = kim.LoginId,
                    ["nickname"] = kim.Nickname,
                    ["password"] = kim.Password,
                    ["name"] = "김민지",
                    ["phone"] = kim.Phone,
                    ["postcode"] = "04524",
                    ["addressLine1"] = "서울",
                    [field] = value,
                };
                var answer = await host.Stranger().PostAsJsonAsync(path, form);
                Assert.True((int)answer.StatusCode < 500, $"{path} {field}: {(int)answer.StatusCode}");
            }
            foreach (var field in new[] { "loginId", "nickname", "phone", "email" })
            {
                if (path != "/api/members/availability")
                    continue;
                var answer = await host.Stranger().PostAsJsonAsync(path, new Dictionary<string, string> { [field] = value });
                Assert.True((int)answer.StatusCode < 500, $"{path} {field}: {(int)answer.StatusCode}");
            }
        }
    }

    [Theory, MemberData(nameof(Values))]
    public async Task Values_that_nobody_types_into_a_form(string value)
    {
        using var browser = new OperatorBrowser(host.Stranger());
        foreach (var (page, form, fields) in new[]
        {
            ("/sign-up", "sign-up", new[] { "Form.Email", "Form.LoginId", "Form.Nickname", "Form.Password", "Form.Name", "Form.Phone", "Form.Postcode", "Form.AddressLine1" }),
            ("/sign-in/password", "sign-in", ["Login", "Password"]),
            ("/find-login-id", "find", ["Email"]),
            ("/reset-password", "reset", ["Email"]),
        })
        {
            await browser.GetAsync(page);
            var answer = await browser.SendAsync(new(HttpMethod.Post, page)
            {
                Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field, value)).Append(new("_handler", form))),
            });
            Assert.True((int)answer.StatusCode is 400 or 401 or 422 or 429, $"{page}: {(int)answer.StatusCode}");
        }
    }

    [Fact]
    public async Task A_cookie_of_nonsense_is_no_cookie()
    {
        var client = host.Stranger();
        client.DefaultRequestHeaders.Add("Cookie", "madang-device=%ff%fe; madang-sign-up=%00; madang-find-login-id=x; madang-reset-password='; madang-session=;;");
        foreach (var page in new[] { "/sign-in", "/sign-up", "/sign-up/confirm", "/find-login-id/confirm", "/reset-password/confirm" })
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(page)).StatusCode);
        await (await Newcomer.SignInAsync(client, "minji", "x")).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
    }

    [Theory]
    [InlineData("//elsewhere.example")]
    [InlineData("https://elsewhere.example/")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/한글")]
    [InlineData("/a\r\nSet-Cookie: x=y")]
    public async Task After_signing_in_nobody_is_led_elsewhere(string target)
    {
        var member = await TestMember.JoinAsync(host.First);
        using var browser = new OperatorBrowser(host.Stranger());
        var path = $"/sign-in/password?return={Uri.EscapeDataString(target)}";
        await browser.GetAsync(path);
        var answer = await browser.SendAsync(new(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([new("Login", member.LoginId), new("Password", TestMember.Password), new("_handler", "sign-in")]),
        });
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    private static async Task RefusedAsync(string path, HttpResponseMessage answer, bool orFound = false)
    {
        var status = (int)answer.StatusCode;
        // Asking about a field that has not the form of one is answered, with "no".
        var fine = status is >= 400 and < 500 || (orFound && status is 202) || (path.EndsWith("availability", StringComparison.Ordinal) && status == 200);
        Assert.True(fine, $"{path}: {status} {await answer.Content.ReadAsStringAsync()}");
    }
}
