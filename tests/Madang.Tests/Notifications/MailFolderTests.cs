using Madang.Platform.Data;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Madang.Tests.Notifications;

/// <summary>What mails are like; read from the folder that they land in without a server.</summary>
public sealed class MailFolderTests(NotificationsHost host) : IClassFixture<NotificationsHost>
{
    [Fact]
    public async Task A_code_arrives_in_the_readers_language_as_text_and_as_html()
    {
        await host.SendAsync("new@mail.example", "ko", TestKinds.Code, new { Code = "482913" }, TimeSpan.FromMinutes(10));

        var mail = await host.First.MailToAsync("new@mail.example");
        Assert.Equal("마당 인증 코드입니다", mail.Subject);
        Assert.Contains("10분 안에", mail.Text, StringComparison.Ordinal);
        Assert.Contains("482913", mail.Text, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"ko\">", mail.Html, StringComparison.Ordinal);
        Assert.Contains(">482913</p>", mail.Html, StringComparison.Ordinal);
        Assert.Contains("절대 묻지 않습니다", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notification_is_mailed_in_the_members_language_with_a_link_to_the_page_about_it()
    {
        var member = host.Member("en");
        await host.NotifyAsync(member, TestKinds.Sold, new { Title = "달항아리 <b>", Buyer = "하늘", Amount = 1_250_000, Order = "a/b" });

        var mail = await host.First.MailToAsync(member.Email!);
        Assert.Equal("“달항아리 <b>” is sold", mail.Subject);
        Assert.Contains("Hello Minji,", mail.Text, StringComparison.Ordinal);
        Assert.Contains("하늘 pays 1,250,000 points.", mail.Text, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:5080/orders/a%2Fb", mail.Text, StringComparison.Ordinal);
        Assert.Contains("“달항아리 &lt;b&gt;” is sold", mail.Html, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:5080/notifications/settings", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_is_nobody_elses_and_says_that_a_machine_wrote_it()
    {
        await host.SendAsync("headers@mail.example", "en", TestKinds.Code, new { Code = "1" });

        var headers = (await host.First.MailToAsync("headers@mail.example")).Headers;
        Assert.Equal("auto-generated", headers["auto-submitted"]);
        Assert.Matches("^<[0-9a-f]{32}@localhost>$", headers["message-id"]);
        Assert.True(DateTimeOffset.TryParse(headers["date"], System.Globalization.CultureInfo.InvariantCulture, out var date));
        Assert.InRange(date, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
        foreach (var file in Directory.GetFiles(Path.Join(host.First.Folder, "mail")))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Join(host.First.Folder, "mail")));
    }

    [Theory]
    [InlineData("민지\r\nBcc: everybody@mail.example")]
    [InlineData("민지\nBcc: everybody@mail.example\n\nHello")]
    [InlineData("a\u2028b\u0000c\u0085d")]
    public async Task What_a_member_wrote_begins_no_header(string name)
    {
        var address = $"i{Guid.CreateVersion7():N}@mail.example";
        await host.SendAsync(address, "en", TestKinds.Link, new { Name = name, Token = "x\r\nTo: y" });

        var mail = await host.First.MailToAsync(address);
        Assert.StartsWith("Hello ", mail.Subject, StringComparison.Ordinal);
        Assert.DoesNotContain(mail.Subject, char.IsControl);
        Assert.DoesNotContain("bcc", mail.Headers.Keys);
        Assert.Equal(address, mail.To);
        Assert.Contains("/reset/x%0D%0ATo%3A%20y", mail.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a@b")]
    [InlineData("a b@mail.example")]
    [InlineData("a@mail.example\r\nRCPT TO:<b@mail.example>")]
    [InlineData("\"a b\"@mail.example")]
    [InlineData("a@mail.example,b@mail.example")]
    [InlineData("Minji <a@mail.example>")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a..b@mail.example")]
    [InlineData("한글@mail.example")]
    [InlineData("")]
    public async Task What_is_no_address_is_refused_before_anything_is_written(string address) =>
        await Assert.ThrowsAsync<ArgumentException>(() => host.SendAsync(address, "en", TestKinds.Code, new { Code = "1" }));

    [Fact]
    public async Task A_mail_goes_with_its_transaction_or_not_at_all()
    {
        var member = host.Member();
        var services = host.First.Services;
        await Assert.ThrowsAsync<InvalidOperationException>(() => services.GetRequiredService<NpgsqlDataSource>().InTransaction(async tx =>
        {
            await services.GetRequiredService<Madang.Notifications.INotifications>().Notify(tx, member.Member, TestKinds.Password, new { });
            throw new InvalidOperationException("it did not happen");
        }));
        await host.NotifyAsync(member, TestKinds.Password, new { });
        await host.First.MailToAsync(member.Email!);

        Assert.Single(await host.First.MailsAsync(), mail => mail.To == member.Email);
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*)::int from notifications.notification where member = @Member", new { member.Member }));
    }

    [Fact]
    public async Task Nothing_of_a_mail_is_left_when_it_is_sent()
    {
        await host.SendAsync("wiped@mail.example", "ko", TestKinds.Code, new { Code = "774411" });
        Assert.Contains("774411", (await host.First.MailToAsync("wiped@mail.example")).Text, StringComparison.Ordinal);

        await Answers.EventuallyAsync(() => host.ScalarAsync<int>("select count(*)::int from notifications.mail"), left => left == 0);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*)::int from platform.work where payload::text like '%774411%' or kind in ('notifications.mail', 'notifications.letter')"));
    }
}
