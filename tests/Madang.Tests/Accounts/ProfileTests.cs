using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Madang.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Images;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Accounts;

public sealed class ProfileTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task Any_token_reads_its_own_member_alone()
    {
        var (one, two) = (await TestMember.JoinAsync(host.First), await TestMember.JoinAsync(host.First));
        using var program = await one.ProgramAsync(host.First);
        using var other = await two.ProgramAsync(host.First);

        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(one.Id, (await MeAsync(program)).GetProperty("id").GetGuid());
            Assert.Equal(two.Id, (await MeAsync(other)).GetProperty("id").GetGuid());
        }
        await (await host.Stranger().GetAsync("/api/me")).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
        using var key = await host.ProgramAsync("images:read");
        await (await key.GetAsync("/api/me")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.member");
    }

    [Fact]
    public async Task Nobody_gives_oneself_a_role_a_plan_or_another_address()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        await program.Client.PatchAsJsonAsync("/api/me", new { role = "operator", plan = "PREMIUM", email = "else@example.com", id = Guid.CreateVersion7(), nickname = "새이름" });

        var me = await MeAsync(program);
        Assert.Equal(("member", member.Email, member.Id, "새이름"), (me.GetProperty("role").GetString(), me.GetProperty("email").GetString(), me.GetProperty("id").GetGuid(), me.GetProperty("nickname").GetString()));
        await (await program.Client.PutAsJsonAsync($"/api/operator/members/{member.Id}/role", new { role = "operator" })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");
    }

    [Fact]
    public async Task What_is_wrong_is_told_for_each_field_and_nothing_is_changed()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        var problem = await (await program.Client.PatchAsJsonAsync("/api/me", new { nickname = "!", name = "a<b>", phone = "12", language = "fr" }))
            .ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "member.nickname");

        Assert.Equal(["nickname", "name", "phone", "language"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(member.Nickname, (await MeAsync(program)).GetProperty("nickname").GetString());
    }

    [Fact]
    public async Task Of_many_who_want_one_nickname_at_once_one_gets_it()
    {
        var members = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TestMember.JoinAsync(host.First)));
        var programs = await Task.WhenAll(members.Select(member => member.ProgramAsync(host.First)));

        var answers = await Task.WhenAll(programs.Select((program, number) => program.Client.PatchAsJsonAsync("/api/me", new { nickname = number % 2 == 0 ? "Courtyard" : "courtYARD" })));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var lost in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
            await lost.ShouldBeRefusedAsync(HttpStatusCode.Conflict, "member.nickname_taken");
        foreach (var program in programs)
            program.Dispose();
    }

    [Fact]
    public async Task Others_see_nickname_and_picture_and_nothing_else()
    {
        var member = await TestMember.JoinAsync(host.First);

        var seen = await host.First.Services.GetRequiredService<IMembers>().Find(member.Id);

        Assert.Equal(new MemberProfile(member.Id, member.Nickname, null), seen);
        Assert.Equal(["Id", "Nickname", "PictureUrl"], typeof(MemberProfile).GetProperties().Select(property => property.Name).Order());
    }

    [Fact]
    public async Task The_language_of_the_account_goes_before_that_of_the_browser_and_the_switch_changes_both()
    {
        var member = await TestMember.JoinAsync(host.First, language: "ko");
        using var browser = await member.BrowserAsync(host.First);
        Assert.Contains("<html lang=\"ko\"", await PageAsync(browser, "/devices"), StringComparison.Ordinal);

        await browser.SendAsync(new(HttpMethod.Post, "/preferences") { Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["language"] = "en" }) });

        Assert.Contains("<html lang=\"en\"", await PageAsync(browser, "/devices"), StringComparison.Ordinal);
        Assert.Equal("en", await host.ScalarAsync<string>("select language from accounts.member where id = @Id", new { member.Id }));
    }

    [Fact]
    public async Task A_picture_is_kept_the_old_one_goes_and_a_removed_one_too()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        Assert.Equal(HttpStatusCode.NoContent, (await SetAsync(program, Pictures.Jpeg(80, 60))).StatusCode);
        var first = (await MeAsync(program)).GetProperty("pictureUrl").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync(first)).StatusCode);
        Assert.Null(await host.ScalarAsync<DateTime?>("select retain_until from images.image where id = (select picture from accounts.member where id = @Id)", new { member.Id }));

        Assert.Equal(HttpStatusCode.NoContent, (await SetAsync(program, Pictures.Jpeg(90, 60))).StatusCode);
        var second = (await MeAsync(program)).GetProperty("pictureUrl").GetString()!;
        Assert.NotEqual(first, second);
        await GoneAsync(first);

        Assert.Equal(HttpStatusCode.NoContent, (await program.Client.DeleteAsync("/api/me/picture")).StatusCode);
        Assert.False((await MeAsync(program)).TryGetProperty("pictureUrl", out _));
        await GoneAsync(second);
    }

    public static TheoryData<string, string> NoPictures => new()
    {
        { "evil.png", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>" },
        { "me.jpg", "<html><script>alert(1)</script></html>" },
        { "me.png", "#!/bin/sh\nrm -rf /" },
        { "me.gif", "GIF89a" },
        { "me.webp", "" },
    };

    [Theory, MemberData(nameof(NoPictures))]
    public async Task What_is_no_picture_by_its_content_is_refused_whatever_it_is_called(string name, string content)
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        var images = await host.ScalarAsync<int>("select count(*) from images.image");

        var answer = await SetAsync(program, Encoding.UTF8.GetBytes(content), name);

        Assert.InRange((int)answer.StatusCode, 400, 499);
        Assert.Equal(images, await host.ScalarAsync<int>("select count(*) from images.image"));
        Assert.False((await MeAsync(program)).TryGetProperty("pictureUrl", out _));
    }

    [Fact]
    public async Task A_picture_of_more_than_five_megabytes_is_refused()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        await (await SetAsync(program, new byte[5_000_001])).ShouldBeRefusedAsync(HttpStatusCode.RequestEntityTooLarge, "image.too_large");
    }

    [Fact]
    public async Task A_picture_is_set_without_scripts_by_a_form_that_carries_the_token_itself()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var browser = await member.BrowserAsync(host.First);
        browser.SendsToken = false;
        using var forged = Form(Pictures.Jpeg(64, 64), "me.jpg");
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendAsync(new(HttpMethod.Post, "/me/picture") { Content = forged })).StatusCode);

        using var form = Form(Pictures.Jpeg(64, 64), "me.jpg");
        form.Add(new StringContent(browser.Token), "__csrf");
        var answer = await browser.SendAsync(new(HttpMethod.Post, "/me/picture") { Content = form });

        Assert.Equal("/me?saved=picture", answer.Headers.Location?.ToString());
        Assert.Equal(1, await host.ScalarAsync<int>("select count(picture) from accounts.member where id = @Id", new { member.Id }));
    }

    [Fact]
    public async Task Ten_addresses_at_most_one_of_them_the_default_also_when_many_come_at_once()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        var answers = await Task.WhenAll(Enumerable.Range(0, 13).Select(number => program.Client.PostAsJsonAsync("/api/me/addresses", Address($"집 {number}", isDefault: true))));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
            await refused.ShouldBeRefusedAsync(HttpStatusCode.Conflict, "address.too_many");
        var list = await ListAsync(program);
        Assert.Single(list, address => address.GetProperty("isDefault").GetBoolean());

        Assert.Equal(HttpStatusCode.NoContent, (await program.Client.DeleteAsync($"/api/me/addresses/{list[0].GetProperty("id").GetGuid()}")).StatusCode);
        Assert.Single(await ListAsync(program), address => address.GetProperty("isDefault").GetBoolean());
    }

    [Fact]
    public async Task Nobody_reaches_anothers_address()
    {
        var (one, two) = (await TestMember.JoinAsync(host.First), await TestMember.JoinAsync(host.First));
        using var program = await one.ProgramAsync(host.First);
        using var other = await two.ProgramAsync(host.First);
        var id = (await (await program.Client.PostAsJsonAsync("/api/me/addresses", Address("집"))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();

        await (await other.Client.PutAsJsonAsync($"/api/me/addresses/{id}", Address("내 것"))).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "address.unknown");
        await (await other.Client.DeleteAsync($"/api/me/addresses/{id}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "address.unknown");
        Assert.Empty(await ListAsync(other));
        Assert.Equal("집", Assert.Single(await ListAsync(program)).GetProperty("label").GetString());
    }

    public static TheoryData<string, string, string> Hostile
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var (method, path) in new[] { ("PATCH", "/api/me"), ("POST", "/api/me/addresses"), ("POST", "/api/me/email"), ("POST", "/api/me/email/confirm"), ("POST", "/api/session/proof"), ("PUT", "/api/me/picture") })
                foreach (var body in new[] { "", "null", "[]", "{", "{\"nickname\":1}", "{\"nickname\":\"\\u0000\",\"label\":\"\\u0000\",\"email\":\"\\u0000@x.kr\",\"password\":\"\\u0000\"}", "{\"nickname\":\"\\ud800\",\"name\":\"\\ud800\",\"label\":\"\\ud800\",\"email\":\"\\ud800\",\"code\":\"\\ud800\"}" })
                    data.Add(method, path, body);
            return data;
        }
    }

    [Theory, MemberData(nameof(Hostile))]
    public async Task Nothing_that_is_sent_is_a_bug(string method, string path, string body)
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        var answer = await program.Client.SendAsync(new(new(method), path) { Content = new StringContent(body, Encoding.UTF8, "application/json") });

        // An empty change is none, and taken.
        Assert.InRange((int)answer.StatusCode, 200, 499);
    }

    private static async Task<JsonElement> MeAsync(TestProgram program) => await (await program.Client.GetAsync("/api/me")).ShouldBeAsync(HttpStatusCode.OK);

    private static async Task<List<JsonElement>> ListAsync(TestProgram program) => [.. (await (await program.Client.GetAsync("/api/me/addresses")).ShouldBeAsync(HttpStatusCode.OK)).EnumerateArray()];

    private static object Address(string label, bool isDefault = false) =>
        new { label, recipient = "김민지", phone = "010-1234-5678", postcode = "04524", line1 = "서울특별시 중구 세종대로 110", isDefault };

    private static MultipartFormDataContent Form(byte[] content, string name)
    {
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        return new MultipartFormDataContent { { file, "file", name } };
    }

    private static async Task<HttpResponseMessage> SetAsync(TestProgram program, byte[] content, string name = "me.png")
    {
        using var form = Form(content, name);
        return await program.Client.PutAsync("/api/me/picture", form);
    }

    private Task GoneAsync(string url) =>
        Answers.EventuallyAsync(async () => (await host.Stranger().GetAsync(url)).StatusCode, status => status == HttpStatusCode.NotFound);

    private static async Task<string> PageAsync(OperatorBrowser browser, string path) => await (await browser.GetAsync(path)).Content.ReadAsStringAsync();
}
