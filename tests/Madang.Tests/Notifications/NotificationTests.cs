using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Madang.Tests.Notifications;

/// <summary>What members are told in the app.</summary>
public sealed class NotificationTests(NotificationsHost host, TestDatabase database) : IClassFixture<NotificationsHost>
{
    [Fact]
    public async Task A_member_reads_what_happened_in_the_language_of_the_request()
    {
        var member = host.Member();
        await host.NotifyAsync(member, TestKinds.Sold, new { Title = "달항아리", Buyer = "하늘", Amount = 1_250_000, Order = 7 });

        var item = (await ListAsync(member)).GetProperty("items")[0];
        Assert.Equal(TestKinds.Sold, item.GetProperty("kind").GetString());
        Assert.Equal("“달항아리” 작품이 팔렸습니다", item.GetProperty("title").GetString());
        Assert.Equal("하늘님이 1,250,000포인트에 구매했습니다.", item.GetProperty("text").GetString());
        Assert.Equal("/orders/7", item.GetProperty("href").GetString());
        Assert.Equal(1_250_000, item.GetProperty("data").GetProperty("amount").GetInt64());

        var client = host.As(member);
        client.DefaultRequestHeaders.AcceptLanguage.Clear();
        client.DefaultRequestHeaders.Add("Accept-Language", "en");
        var english = (await (await client.GetAsync("/api/notifications")).JsonAsync()).GetProperty("items")[0];
        Assert.Equal("“달항아리” is sold", english.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Reading_one_and_reading_all_count_down_and_nobody_reads_anothers()
    {
        var (member, other) = (host.Member(), host.Member());
        foreach (var number in Enumerable.Range(1, 3))
            await host.NotifyAsync(member, TestKinds.Quiet, new { Title = number });
        var list = await ListAsync(member);
        Assert.Equal(3, list.GetProperty("unread").GetInt32());
        var second = list.GetProperty("items")[1];

        await (await host.As(other).PostAsync($"/api/notifications/{second.GetProperty("id")}/read", null)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "notification.unknown");
        await (await host.As(other).PostAsync("/api/notifications/read-all", null)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(3, (await ListAsync(member)).GetProperty("unread").GetInt32());
        Assert.Empty((await ListAsync(other)).GetProperty("items").EnumerateArray());

        foreach (var _ in new[] { 1, 2 })
            await (await host.As(member).PostAsync($"/api/notifications/{second.GetProperty("id")}/read", null)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(["3", "1"], (await ListAsync(member, "?unread=true")).GetProperty("items").EnumerateArray().Select(Number));

        // What came after the page that the button stood on stays unread.
        var until = Uri.EscapeDataString(second.GetProperty("at").GetString()!);
        await (await host.As(member).PostAsync($"/api/notifications/read-all?until={until}", null)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(["3"], (await ListAsync(member, "?unread=true")).GetProperty("items").EnumerateArray().Select(Number));
        await (await host.As(member).PostAsync("/api/notifications/read-all", null)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(0, (await ListAsync(member)).GetProperty("unread").GetInt32());
    }

    [Fact]
    public async Task Pages_by_key_give_everything_once_though_more_comes_meanwhile()
    {
        var member = host.Member();
        await host.First.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(async tx =>
        {
            // Of one transaction and one moment, most of them: the id settles the order.
            for (var number = 1; number <= 25; number++)
                await host.First.Services.GetRequiredService<INotifications>().Notify(tx, member.Member, TestKinds.Quiet, new { Title = number });
        });
        await host.ScalarAsync<int>("update notifications.notification set created_at = date_trunc('minute', created_at) where member = @Member", new { member.Member });

        var (seen, after) = (new List<string>(), "");
        do
        {
            var page = await ListAsync(member, $"?limit=10&after={after}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(Number));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
            await host.NotifyAsync(member, TestKinds.Quiet, new { Title = 99 });
        }
        while (after is not null);

        Assert.Equal(Enumerable.Range(1, 25).Select(number => $"{number}"), seen.OrderBy(int.Parse));
        await (await host.As(member).GetAsync("/api/notifications?after=nonsense")).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "cursor.invalid");
    }

    [Fact]
    public async Task Unread_duplicates_of_one_subject_collapse_and_move_to_the_top_and_are_mailed_once()
    {
        var member = host.Member();
        await host.NotifyAsync(member, TestKinds.Outbid, new { Title = "산수화", Amount = 100 }, "auction-1");
        await host.NotifyAsync(member, TestKinds.Outbid, new { Title = "분청사기", Amount = 500 }, "auction-2");
        await host.First.MailToAsync(member.Email!, count: 2);
        await host.NotifyAsync(member, TestKinds.Outbid, new { Title = "산수화", Amount = 200 }, "auction-1");

        var items = (await ListAsync(member)).GetProperty("items");
        Assert.Equal(2, items.GetArrayLength());
        Assert.Equal("현재 최고가는 200원입니다.", items[0].GetProperty("text").GetString());
        Assert.Equal(2, items[0].GetProperty("times").GetInt32());

        // No second mail soon; one after the pause; and at once for what was read in between.
        Assert.Equal(2, await MailsWrittenAsync(member));
        host.First.Clock.Advance(TimeSpan.FromMinutes(31));
        await host.NotifyAsync(member, TestKinds.Outbid, new { Title = "산수화", Amount = 300 }, "auction-1");
        await host.First.MailToAsync(member.Email!, count: 3);
        await host.As(member).PostAsync("/api/notifications/read-all", null);
        await host.NotifyAsync(member, TestKinds.Outbid, new { Title = "산수화", Amount = 400 }, "auction-1");
        await host.First.MailToAsync(member.Email!, count: 4);
        Assert.Equal(3, (await ListAsync(member)).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Without_a_subject_nothing_collapses()
    {
        var member = host.Member();
        foreach (var _ in new[] { 1, 2 })
            await host.NotifyAsync(member, TestKinds.Quiet, new { Title = "x" });
        Assert.Equal(2, (await ListAsync(member)).GetProperty("unread").GetInt32());
    }

    [Fact]
    public async Task Of_many_that_tell_the_same_at_the_same_moment_one_row_stays_and_one_mail_goes()
    {
        var member = host.Member();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => host.NotifyAsync(member, TestKinds.Outbid, new { Title = "산수화", Amount = number }, "raced")));

        var items = (await ListAsync(member)).GetProperty("items");
        Assert.Equal(12, Assert.Single(items.EnumerateArray()).GetProperty("times").GetInt32());
        await host.First.MailToAsync(member.Email!);
        Assert.Equal(1, await MailsWrittenAsync(member));
    }

    [Fact]
    public async Task Two_that_tell_the_same_people_in_another_order_do_not_wait_for_each_other()
    {
        var members = Enumerable.Range(0, 20).Select(_ => host.Member().Member).ToArray();
        var services = host.First.Services;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(round => services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx =>
            services.GetRequiredService<INotifications>().NotifyAll(tx, round % 2 == 0 ? members : [.. members.Reverse()], TestKinds.Quiet, new { Title = round }, "same"))));
        Assert.Equal(20, await host.ScalarAsync<int>("select count(*)::int from notifications.notification where member = any(@members) and times = 10", new { members }));
    }

    [Fact]
    public async Task The_bell_rings_on_another_node_and_stops_when_all_is_read()
    {
        await using var two = new NotificationsHost(database);
        await two.InitializeAsync();
        var (member, elsewhere) = (two.Member(), await two.NodeAsync());
        using var stream = new StreamReader(await two.As(member, elsewhere).GetStreamAsync("/api/notifications/events"));
        Assert.Equal("event: heartbeat", await stream.ReadLineAsync());

        await two.NotifyAsync(member, TestKinds.Sold, new { Title = "달항아리", Buyer = "하늘", Amount = 10, Order = 1 });
        await two.NotifyAsync(two.Member(), TestKinds.Sold, new { Title = "남의 것", Buyer = "하늘", Amount = 10, Order = 1 });
        var state = await NextAsync(stream);
        Assert.Equal(1, state.GetProperty("unread").GetInt32());
        var newest = Assert.Single(state.GetProperty("newest").EnumerateArray());
        Assert.Equal("“달항아리” 작품이 팔렸습니다", newest.GetProperty("title").GetProperty("ko").GetString());
        Assert.Equal("“달항아리” is sold", newest.GetProperty("title").GetProperty("en").GetString());

        await two.As(member).PostAsync("/api/notifications/read-all", null);
        Assert.Equal(0, (await NextAsync(stream)).GetProperty("unread").GetInt32());
    }

    [Fact]
    public async Task A_member_chooses_ways_for_each_kind_and_mandatory_ones_cannot_be_switched_off()
    {
        var member = host.Member();
        await ChooseAsync(member, new { kinds = new Dictionary<string, string[]> { [TestKinds.Sold] = ["mail"], [TestKinds.Outbid] = [] } });

        var choices = (await (await host.As(member).GetAsync("/api/notifications/preferences")).JsonAsync()).EnumerateArray().ToDictionary(one => one.GetProperty("kind").GetString()!);
        Assert.Equal("[\"mail\"]", choices[TestKinds.Sold].GetProperty("chosen").GetRawText());
        Assert.Equal("[]", choices[TestKinds.Outbid].GetProperty("chosen").GetRawText());
        Assert.Equal("[\"inApp\",\"mail\"]", choices[TestKinds.Password].GetProperty("chosen").GetRawText());
        Assert.Equal("판매됨", choices[TestKinds.Sold].GetProperty("name").GetString());

        await host.NotifyAsync(member, TestKinds.Outbid, new { Title = "x", Amount = 1 });
        await host.NotifyAsync(member, TestKinds.Sold, new { Title = "나만", Buyer = "하늘", Amount = 10, Order = 1 });
        await host.NotifyAsync(member, TestKinds.Password, new { });
        await host.First.MailToAsync(member.Email!, count: 2);
        Assert.Equal([TestKinds.Password], (await ListAsync(member)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("kind").GetString()));
        Assert.DoesNotContain(await host.First.MailsAsync(), mail => mail.To == member.Email && mail.Subject.Contains('x', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("test.unknown", "mail", "notification.kind_unknown")]
    [InlineData(TestKinds.Sold, "pigeon", "notification.channel_unknown")]
    [InlineData(TestKinds.Sold, null, "notification.channel_unknown")]
    [InlineData(TestKinds.Quiet, "mail", "notification.channel_unknown")]
    [InlineData(TestKinds.Password, "mail", "notification.mandatory")]
    public async Task A_choice_that_cannot_be_is_refused_and_changes_nothing(string kind, string? way, string code)
    {
        var member = host.Member();
        var answer = await host.As(member).PutAsJsonAsync(
            "/api/notifications/preferences", new { kinds = new Dictionary<string, string?[]> { [TestKinds.Outbid] = [], [kind] = [way] } });
        await answer.ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*)::int from notifications.preference where member = @Member", new { member.Member }));
    }

    [Fact]
    public async Task Only_members_have_notifications()
    {
        foreach (var path in new[] { "/api/notifications", "/api/notifications/events", "/api/notifications/preferences" })
        {
            await (await host.Stranger().GetAsync(path)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
            await (await (await host.ProgramAsync("images:write")).GetAsync(path)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.member");
        }
        foreach (var page in new[] { "/notifications", "/notifications/settings" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.Stranger().GetAsync(page)).StatusCode);
    }

    [Fact]
    public async Task Of_a_member_who_leaves_nothing_is_left()
    {
        var member = host.Member(email: null);
        await host.NotifyAsync(member, TestKinds.Sold, new { Title = "x", Buyer = "y", Amount = 1, Order = 1 });
        await ChooseAsync(member, new { kinds = new Dictionary<string, string[]> { [TestKinds.Outbid] = [] } });
        var services = host.First.Services;
        await services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx => services.GetRequiredService<INotifications>().Forget(tx, member.Member));

        Assert.Equal(0, await host.ScalarAsync<int>(
            "select (select count(*) from notifications.notification where member = @Member)::int + (select count(*) from notifications.preference where member = @Member)::int", new { member.Member }));
    }

    [Fact]
    public async Task A_kind_that_nobody_registered_is_a_bug_that_shows() =>
        await Assert.ThrowsAsync<ArgumentException>(() => host.NotifyAsync(host.Member(), "test.invented", new { }));

    private async Task<JsonElement> ListAsync(Recipient member, string query = "") =>
        await (await host.As(member).GetAsync($"/api/notifications{query}")).ShouldBeAsync(HttpStatusCode.OK);

    private async Task ChooseAsync(Recipient member, object choices) =>
        await (await host.As(member).PutAsJsonAsync("/api/notifications/preferences", choices)).ShouldBeAsync(HttpStatusCode.OK);

    /// <summary>Mails to a member: sent, and waiting.</summary>
    private async Task<int> MailsWrittenAsync(Recipient member) =>
        (await host.First.MailsAsync()).Count(mail => mail.To == member.Email)
        + await host.ScalarAsync<int>("select count(*)::int from notifications.mail m join notifications.notification n on n.id = m.notification where n.member = @Member", new { member.Member });

    private static string Number(JsonElement item) => item.GetProperty("data").GetProperty("title").ToString();

    private static async Task<JsonElement> NextAsync(StreamReader stream)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await stream.ReadLineAsync(patience.Token) is { } line)
            if (line.StartsWith("data: {", StringComparison.Ordinal))
                return JsonElement.Parse(line["data: ".Length..]);
        throw new Xunit.Sdk.XunitException("The stream of events ended.");
    }
}
