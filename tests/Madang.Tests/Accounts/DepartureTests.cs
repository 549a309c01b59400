using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Madang.Accounts;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Tests.Host;
using Madang.Tests.Images;
using Madang.Tests.Notifications;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>What a member takes along, and what is left of who has gone.</summary>
public sealed class DepartureTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task The_export_holds_what_the_member_gave_and_no_hash_or_secret()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        await program.Client.PostAsJsonAsync("/api/me/addresses", Address);

        var answer = await program.Client.GetAsync("/api/me/export");

        Assert.Equal("madang-my-data.json", answer.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var text = await answer.Content.ReadAsStringAsync();
        foreach (var part in new[] { member.Email, member.LoginId, member.Nickname, "김민지", "세종대로 110" })
            Assert.Contains(part, text, StringComparison.Ordinal);
        foreach (var hash in await SecretsAsync(member))
            Assert.DoesNotContain(hash, text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hash", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("mda_", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_export_holds_what_the_member_was_told_and_chose_and_nobody_elses()
    {
        await using var node = await host.NodeAsync(configure: services => services.AddTestKinds());
        var (member, other) = (await TestMember.JoinAsync(node), await TestMember.JoinAsync(node));
        using var program = await member.ProgramAsync(node);
        async Task<bool> IsThereAsync() => (await (await program.Client.GetAsync("/api/me/export")).JsonAsync()).TryGetProperty("notifications", out _);
        Assert.False(await IsThereAsync());
        await program.Client.PutAsJsonAsync("/api/notifications/preferences", new { kinds = new Dictionary<string, string[]> { [TestKinds.Outbid] = ["mail"] } });
        var notifications = node.Services.GetRequiredService<INotifications>();
        await node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(async tx =>
        {
            await notifications.Notify(tx, member.Id, TestKinds.Quiet, new { Title = "달항아리" });
            await notifications.Notify(tx, member.Id, TestKinds.Outbid, new { Title = "by mail alone", Amount = 1 });
            await notifications.Notify(tx, other.Id, TestKinds.Quiet, new { Title = "another's" });
        });
        // What a module that is gone has told stays the member's.
        await host.ScalarAsync<int>("update notifications.notification set kind = 'gone.kind' where member = @Id and not in_app", new { member.Id });

        var part = (await (await program.Client.GetAsync("/api/me/export")).JsonAsync()).GetProperty("notifications");

        var kept = part.GetProperty("notifications").EnumerateArray().ToDictionary(one => one.GetProperty("kind").GetString()!);
        Assert.Equal(["gone.kind", TestKinds.Quiet], kept.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("달항아리", kept[TestKinds.Quiet].GetProperty("data").GetProperty("title").GetString());
        Assert.Contains("달항아리", kept[TestKinds.Quiet].GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal("by mail alone", kept["gone.kind"].GetProperty("data").GetProperty("title").GetString());
        Assert.True(kept["gone.kind"].TryGetProperty("mailedAt", out _));
        Assert.Equal("mail", Assert.Single(part.GetProperty("choices").GetProperty(TestKinds.Outbid).EnumerateArray()).GetString());
        Assert.DoesNotContain("another's", part.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_leaves_is_out_at_once_and_leaves_nothing_personal_in_any_table_of_this_module()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        using var browser = await member.BrowserAsync(node);
        program.Client.DefaultRequestHeaders.UserAgent.ParseAdd("TellTale/7");
        using var second = await member.ProgramAsync(host.First);
        await program.Client.PostAsJsonAsync("/api/me/addresses", Address);
        await program.Client.PostAsJsonAsync("/api/me/email", new { email = "later." + member.Email });
        using (var picture = new MultipartFormDataContent { { new ByteArrayContent(Pictures.Jpeg(64, 64)), "file", "me.jpg" } })
            Assert.Equal(HttpStatusCode.NoContent, (await program.Client.PutAsync("/api/me/picture", picture)).StatusCode);
        await GiveProviderAndPasskeyAsync(member);
        await host.First.Services.GetRequiredService<IOperatorAccess>().NewSignInPath(CancellationToken.None);
        await program.Client.PatchAsJsonAsync("/api/me", new { language = "ko" });

        Assert.Equal(HttpStatusCode.NoContent, (await program.Client.DeleteAsync("/api/me")).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Client.GetAsync("/api/me")).StatusCode);
        await Answers.EventuallyAsync(async () => (await browser.GetAsync("/api/me")).StatusCode, status => status == HttpStatusCode.Unauthorized);
        var phone = "010" + string.Concat(member.LoginId.Select(letter => letter % 10))[..8];
        await LeftAsync([member.Email, member.LoginId, member.Nickname, "김민지", phone, "세종대로", "TellTale", "google-subject", "my key", "127.0.0.1"]);
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from accounts.member where id = @Id and deleted_at is not null", new { member.Id }));
        Assert.Null(await host.First.Services.GetRequiredService<IMembers>().Find(member.Id));
        await (await host.Stranger().PostAsJsonAsync("/api/tokens", new { login = member.LoginId, password = TestMember.Password })).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
    }

    [Fact]
    public async Task What_only_one_may_have_is_free_again()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        await program.Client.DeleteAsync("/api/me");

        await host.ScalarAsync<int>(
            "insert into accounts.member (id, login_id, email, nickname, created_at) values (@New, @LoginId, @Email, @Nickname, now())",
            new { New = Guid.CreateVersion7(), member.LoginId, member.Email, member.Nickname });
    }

    [Fact]
    public async Task Leaving_needs_a_recent_proof_and_only_ones_own_account_goes()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(node);
        using var program = await member.ProgramAsync(node);
        node.Clock.Advance(TimeSpan.FromMinutes(11));

        await (await program.Client.DeleteAsync("/api/me")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.proof_required");

        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from accounts.member where id = @Id and deleted_at is null", new { member.Id }));
    }

    [Fact]
    public async Task Another_module_adds_its_part_to_the_file_hears_of_the_departure_and_may_hinder_it()
    {
        var shop = new Shop();
        await using var node = await host.NodeAsync(configure: services => services.AddSingleton<IPersonalData>(shop));
        var member = await TestMember.JoinAsync(node);
        using var program = await member.ProgramAsync(node);

        Assert.Equal("tea", (await (await program.Client.GetAsync("/api/me/export")).JsonAsync()).GetProperty("shop").GetProperty("bought").GetString());
        shop.Open = true;
        await (await program.Client.DeleteAsync("/api/me")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "shop.open");
        await (await program.Client.GetAsync("/api/me")).ShouldBeAsync(HttpStatusCode.OK);
        shop.Open = false;
        Assert.Equal(HttpStatusCode.NoContent, (await program.Client.DeleteAsync("/api/me")).StatusCode);
        Assert.Equal(member.Id, shop.Erased);
    }

    [Fact]
    public async Task The_address_changes_by_the_mailed_code_alone_and_a_wrong_one_is_counted()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        var change = (await (await program.Client.PostAsJsonAsync("/api/me/email", new { email = "new." + member.Email })).ShouldBeAsync(HttpStatusCode.Accepted)).GetProperty("change").GetString();
        Assert.Equal(member.Email, await EmailAsync(member));
        using var other = await (await TestMember.JoinAsync(host.First)).ProgramAsync(host.First);
        await (await other.Client.PostAsJsonAsync("/api/me/email/confirm", new { change, code = "000000" })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");

        for (var wrong = 0; wrong < 5; wrong++)
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await program.Client.PostAsJsonAsync("/api/me/email/confirm", new { change, code = "not it" })).StatusCode);
        Assert.Equal(member.Email, await EmailAsync(member));
    }

    [Fact]
    public async Task With_the_mailed_code_the_address_changes_once_and_the_old_one_is_told()
    {
        await using var node = await host.NodeAsync();
        // Either node may send the mails, each into a folder of its own.
        async Task<List<ReceivedMail>> MailsAsync(string address) => [.. (await node.MailsAsync()).Concat(await host.First.MailsAsync()).Where(mail => mail.To == address)];
        var member = await TestMember.JoinAsync(node);
        var taken = await TestMember.JoinAsync(node);
        using var program = await member.ProgramAsync(node);

        // An address of somebody else's is answered alike; only its owner is told.
        Assert.Equal(HttpStatusCode.Accepted, (await program.Client.PostAsJsonAsync("/api/me/email", new { email = taken.Email })).StatusCode);
        Assert.DoesNotMatch("[0-9]{6}", (await Answers.EventuallyAsync(() => MailsAsync(taken.Email), mails => mails.Count == 1)).Single().Text);

        var fresh = "fresh." + member.Email;
        var change = (await (await program.Client.PostAsJsonAsync("/api/me/email", new { email = fresh })).ShouldBeAsync(HttpStatusCode.Accepted)).GetProperty("change").GetString();
        var code = Newcomer.CodeOf((await Answers.EventuallyAsync(() => MailsAsync(fresh), mails => mails.Count == 1)).Single().Text);
        Assert.Equal(HttpStatusCode.NoContent, (await program.Client.PostAsJsonAsync("/api/me/email/confirm", new { change, code })).StatusCode);

        Assert.Equal(fresh, await EmailAsync(member));
        await Answers.EventuallyAsync(() => MailsAsync(member.Email), mails => mails.Count == 1);
        await (await program.Client.PostAsJsonAsync("/api/me/email/confirm", new { change, code })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");
    }

    private static object Address => new { label = "집", recipient = "김민지", phone = "010-1234-5678", postcode = "04524", line1 = "서울특별시 중구 세종대로 110" };

    private Task<string?> EmailAsync(TestMember member) => host.ScalarAsync<string>("select email from accounts.member where id = @Id", new { member.Id });

    private Task GiveProviderAndPasskeyAsync(TestMember member) => host.ScalarAsync<int>(
        """
        insert into accounts.provider_identity (provider, subject, member_id, label, created_at, last_used_at) values ('google', 'google-subject-' || @LoginId, @Id, @Email, now(), now());
        insert into accounts.pending_provider (hash, provider, subject, email, language, return_to, created_at, expires_at)
          values (sha256(@LoginId::bytea), 'google', 'google-subject-' || @LoginId, @Email, 'ko', '/', now(), now() + interval '1 hour');
        insert into accounts.passkey (credential_id, member_id, name, public_key, sign_count, transports, is_user_verified, is_backup_eligible, is_backed_up, attestation_object, client_data_json, created_at)
          values (sha256(@Email::bytea), @Id, 'my key', 'x', 0, '{}', true, true, true, 'x', 'x', now());
        select 1
        """,
        new { member.Id, member.LoginId, member.Email });

    /// <summary>Every text in every row of every table of the module, however many are added later.</summary>
    private async Task LeftAsync(IReadOnlyList<string> personal)
    {
        await using var connection = new NpgsqlConnection(host.Database);
        var tables = (await connection.QueryAsync<string>("select table_name from information_schema.tables where table_schema = 'accounts'")).ToList();
        Assert.True(tables.Count > 10);
        foreach (var table in tables)
            foreach (var row in await connection.QueryAsync<string>($"select to_jsonb(one)::text from accounts.{table} one"))
                foreach (var part in personal)
                    // The operator's own session and other members of this class are at the same address and have the same name.
                    if (part is not ("127.0.0.1" or "김민지") || table is "token_family" or "address")
                        Assert.False(row.Contains(part, StringComparison.OrdinalIgnoreCase) && !await OthersAsync(connection, row), $"{table} keeps {part}: {row}");
    }

    // Rows of other members, which other tests of this class make.
    private static async Task<bool> OthersAsync(NpgsqlConnection connection, string row)
    {
        using var parsed = JsonDocument.Parse(row);
        return parsed.RootElement.TryGetProperty("member_id", out var owner) && owner.ValueKind == JsonValueKind.String
            && await connection.ExecuteScalarAsync<bool>("select exists (select from accounts.member where id = @id and deleted_at is null)", new { id = owner.GetGuid() });
    }

    private async Task<IReadOnlyList<string>> SecretsAsync(TestMember member)
    {
        await using var connection = new NpgsqlConnection(host.Database);
        return
        [
            .. await connection.QueryAsync<string>(
                """
                select password_hash from accounts.member where id = @Id
                union all select encode(hash, 'hex') from accounts.session where member_id = @Id
                union all select encode(hash, 'base64') from accounts.token join accounts.token_family on token_family.id = family_id where member_id = @Id
                """, new { member.Id }),
        ];
    }

    private sealed class Shop : IPersonalData
    {
        public bool Open { get; set; }

        public Guid? Erased { get; private set; }

        public string Section => "shop";

        public Task<object?> Export(Guid member, CancellationToken cancellation) => Task.FromResult<object?>(new { Bought = "tea" });

        public Task<Failure?> Hinders(NpgsqlTransaction transaction, Guid member) => Task.FromResult(Open ? new Failure("shop.open", "An order is on its way.", 409) : null);

        public Task Erase(NpgsqlTransaction transaction, Guid member)
        {
            Erased = member;
            return Task.CompletedTask;
        }
    }
}
