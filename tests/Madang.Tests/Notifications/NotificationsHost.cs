using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Tests.Notifications;

/// <summary>A host with members to tell things to, who need not have signed up, and with kinds and templates of the tests' own.</summary>
public class NotificationsHost(TestDatabase database) : MadangHost(database)
{
    /// <summary>Where members are reached.</summary>
    public FakeMembers Members { get; } = new();

    /// <summary>Puts them into a node.</summary>
    public override Action<IServiceCollection> Services => services =>
    {
        services.AddTestKinds();
        services.AddSingleton<IRecipients>(Members);
        services.AddMembersByHeader();
    };

    /// <summary>A new member who reads Korean.</summary>
    public Recipient Member(string language = "ko", string? email = "") => Members.Add(language, email);

    /// <summary>A member's program, signed in.</summary>
    public HttpClient As(Recipient member, Node? node = null)
    {
        var client = (node ?? First).Stranger();
        client.DefaultRequestHeaders.Add(MembersByHeader.Header, member.Member.ToString());
        client.DefaultRequestHeaders.Add("Accept-Language", member.Language);
        return client;
    }

    /// <summary>Tells a member something, in a transaction of its own.</summary>
    public Task NotifyAsync(Recipient member, string kind, object data, string? subject = null, Node? node = null)
    {
        var services = (node ?? First).Services;
        return services.GetRequiredService<NpgsqlDataSource>().InTransaction(
            tx => services.GetRequiredService<INotifications>().Notify(tx, member.Member, kind, data, subject));
    }

    /// <summary>Sends a mail, in a transaction of its own.</summary>
    public Task SendAsync(string address, string language, string template, object data, TimeSpan? usefulFor = null, Node? node = null)
    {
        var services = (node ?? First).Services;
        return services.GetRequiredService<NpgsqlDataSource>().InTransaction(
            tx => services.GetRequiredService<IMails>().Send(tx, address, language, template, data, usefulFor));
    }
}

/// <summary>Stands for the module that keeps members.</summary>
public sealed class FakeMembers : IRecipients
{
    private readonly ConcurrentDictionary<Guid, Recipient> _members = new();

    /// <param name="language">ko or en.</param>
    /// <param name="email">Empty: one is made up.</param>
    public Recipient Add(string language, string? email = "")
    {
        var id = Guid.CreateVersion7();
        return _members[id] = new(id, language == "ko" ? "민지" : "Minji", email is "" ? $"m{id:N}@mail.example" : email, language);
    }

    public Task<Recipient?> Find(Guid member, CancellationToken cancellation) => Task.FromResult(_members.GetValueOrDefault(member));
}

/// <summary>What tests tell.</summary>
public static class TestKinds
{
    public const string Sold = "test.sold";
    public const string Outbid = "test.outbid";
    public const string Password = "test.password";
    public const string Quiet = "test.quiet";
    public const string Code = "test.code";
    public const string Link = "test.link";

    public static IServiceCollection AddTestKinds(this IServiceCollection services) => services
        .AddSingleton(new NotificationKind(Sold, typeof(TestText), Href: "/orders/{Order}"))
        .AddSingleton(new NotificationKind(Outbid, typeof(TestText), Href: "/"))
        .AddSingleton(new NotificationKind(Password, typeof(TestText), Mandatory: true))
        .AddSingleton(new NotificationKind(Quiet, typeof(TestText), Channels: Channels.InApp))
        .AddSingleton(new MailTemplate(Code, typeof(TestText)))
        .AddSingleton(new MailTemplate(Link, typeof(TestText), Href: "/reset/{Token}"));
}

/// <summary>Who a request's header or cookie names is taken at their word. Everybody else comes in as ever.</summary>
public static class MembersByHeader
{
    /// <summary>A program that is a member.</summary>
    public const string Header = "X-Test-Member";

    /// <summary>A browser: writes need the antiforgery token.</summary>
    public const string Cookie = "test-member";

    private const string Scheme = "TestMember";

    public static IServiceCollection AddMembersByHeader(this IServiceCollection services)
    {
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Handler>(Scheme, null);
        services.PostConfigure<AuthenticationOptions>(options =>
        {
            Handler.Otherwise = options.DefaultScheme is { } before && before != Scheme ? before : Handler.Otherwise;
            options.DefaultScheme = Scheme;
        });
        return services;
    }

    private sealed class Handler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        public static string? Otherwise { get; set; }

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var program = Request.Headers[Header].FirstOrDefault();
            if ((program ?? Request.Cookies[Cookie]) is not { } member)
                return Context.AuthenticateAsync(Otherwise);
            var identity = new ClaimsIdentity(
                [new(ClaimTypes.NameIdentifier, $"member:{member}"), new(ClaimTypes.Name, "민지"), new(Caller.MemberClaim, member)],
                program is null ? "Cookie" : Access.BearerAuthentication);
            return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(identity), base.Scheme.Name)));
        }
    }
}
