using Madang.Accounts;
using Madang.Browser.Tests;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Notifications;
using Madang.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(TestDatabase))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Madang.Browser.Tests;

/// <summary>A real host on a real port, and the system's Chromium to look at it. Playwright downloads nothing.</summary>
public sealed class Chromium(TestDatabase database) : IAsyncLifetime
{
    private readonly SharedBlobsHost _host = new(database);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The node that browsers talk to.</summary>
    public Node Node { get; private set; } = null!;

    /// <summary>Google, Kakao and Naver of that node.</summary>
    public OAuthServer Provider { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        Provider = await OAuthServer.StartAsync();
        Node = await _host.NodeAsync(new[] { "google", "kakao", "naver" }.SelectMany(Provider.SettingsFor), port: 0);
        // A busy build machine is slow and right.
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
            // Root has no sandbox in a container; nothing but our own pages is opened. No traffic of the browser's own.
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A new window that no other test has touched.</summary>
    public async Task<Window> OpenAsync(Look look, bool scripts = true)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = Node.Address.ToString(),
            Locale = look.Language,
            ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = look.Phone ? new() { Width = 390, Height = 844 } : new() { Width = 1440, Height = 900 },
            IsMobile = look.Phone,
            // Chromium on this machine says so even where it plays a phone, and two devices could not be told apart.
            UserAgent = look.Phone ? "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36" : null,
            HasTouch = look.Phone,
            DeviceScaleFactor = look.Phone ? 2 : 1,
            ReducedMotion = ReducedMotion.Reduce,
            JavaScriptEnabled = scripts,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(60_000);
        return new Window(context, await context.NewPageAsync(), look);
    }

    /// <summary>A new window whose user has signed in through the page, as the operator does.</summary>
    public async Task<Window> OpenSignedInAsync(Look look, bool scripts = true)
    {
        var window = await OpenAsync(look, scripts);
        await window.Page.GotoAsync(await NewSignInPathAsync());
        await window.Page.Locator("main button").ClickAsync();
        await window.Page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        return window;
    }

    /// <summary>A new window whose member has signed in with the password.</summary>
    /// <param name="look">How it looks.</param>
    /// <param name="member">Who signs in.</param>
    /// <param name="scripts">False: without JavaScript.</param>
    /// <param name="narrow">A phone's is 360 pixels wide then, the narrowest that people have.</param>
    public async Task<Window> OpenAsync(Look look, TestMember member, bool scripts = true, bool narrow = false)
    {
        var window = await OpenAsync(look, scripts);
        if (look.Phone && narrow)
            await window.Page.SetViewportSizeAsync(360, 780);
        await window.Page.GotoAsync("/sign-in");
        await window.Page.Locator("input[name=Login]").FillAsync(member.LoginId);
        await window.Page.Locator("input[name=Password]").FillAsync(TestMember.Password);
        await window.Page.Locator("form[action^='/sign-in/password'] button[type=submit]").ClickAsync();
        await window.Page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        return window;
    }

    /// <summary>A new window of a member who need not have signed up.</summary>
    public async Task<(Window Window, Guid Member)> OpenAsMemberAsync(Look look, bool scripts = true)
    {
        var member = Guid.CreateVersion7();
        var window = await OpenAsync(look, scripts);
        await window.Context.AddCookiesAsync([new() { Name = MembersByHeader.Cookie, Value = member.ToString(), Url = Node.Address.ToString() }]);
        return (window, member);
    }

    /// <summary>Tells a member something.</summary>
    public Task NotifyAsync(Guid member, string kind, object data, string? subject = null) =>
        Node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(
            tx => Node.Services.GetRequiredService<INotifications>().Notify(tx, member, kind, data, subject));

    /// <summary>Sends a mail.</summary>
    public Task SendMailAsync(string address, string language, string template, object data) =>
        Node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(
            tx => Node.Services.GetRequiredService<IMails>().Send(tx, address, language, template, data));

    /// <summary>All mails that the fixture's nodes sent, the newest first.</summary>
    public async Task<IReadOnlyList<ReceivedMail>> MailsAsync() =>
        [.. (await Task.WhenAll(Node.MailsAsync(), _host.First.MailsAsync())).SelectMany(mails => mails).OrderByDescending(mail => mail.Headers["date"] is { } date ? DateTimeOffset.Parse(date, System.Globalization.CultureInfo.InvariantCulture) : default)];

    public Task<string> NewSignInPathAsync() => Node.Services.GetRequiredService<IOperatorAccess>().NewSignInPath(CancellationToken.None);

    /// <summary>Lets a quarter of an hour pass since the member's last proof.</summary>
    public async Task AgeProofAsync(Guid member)
    {
        await _host.ScalarAsync<int>(
            "update accounts.session set proved_at = proved_at - interval '15 minutes' where member_id = @member; select pg_notify('madang', 'accounts.revoked:')::text is null", new { member });
    }

    /// <summary>Runs SQL on the fixture's database.</summary>
    public Task SqlAsync(string sql, object? arguments = null) => _host.ScalarAsync<object>(sql, arguments);

    /// <summary>The connection string of the fixture's database.</summary>
    public string Database => _host.Database;

    /// <summary>Puts the clocks of all nodes forward. Not for the fixture that test classes share: what they sign in to knows the time.</summary>
    public void PutForward(TimeSpan by)
    {
        Node.Clock.Advance(by);
        _host.First.Clock.Advance(by);
    }

    /// <summary>Uploads a landscape as a program does and waits until it is ready.</summary>
    public async Task<Guid> UploadAsync(string name, int width, int height, int seed)
    {
        using var program = await Node.ProgramAsync("images:write", "images:read");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("320,1080"), "sizes" },
            { new ByteArrayContent(Landscape.Png(width, height, seed)), "file", name },
        };
        var image = await (await program.PostAsync("/api/images", form)).ShouldBeAsync(System.Net.HttpStatusCode.Created);
        var id = image.GetProperty("id").GetGuid();
        await Answers.EventuallyAsync(
            async () => (await (await program.GetAsync($"/api/images/{id}")).JsonAsync()).GetProperty("status").GetString(), status => status == "ready", seconds: 60);
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        await _host.DisposeAsync();
        await Provider.DisposeAsync();
        _host.DeleteBlobs();
    }

    /// <summary>The fixture's two nodes share a store and a folder of mails, as nodes do.</summary>
    private sealed class SharedBlobsHost(TestDatabase database) : MadangHost(database)
    {
        private readonly DirectoryInfo _blobs = Directory.CreateTempSubdirectory("madang-blobs-");

        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
            [new("Blobs:Folder", _blobs.FullName), new("Mail:Folder", Path.Join(_blobs.FullName, "mail")), new("Wallet:Sandbox", "true")];

        public override Action<IServiceCollection> Services => services => services.AddTestKinds().AddMembersByHeader();

        public void DeleteBlobs() => _blobs.Delete(recursive: true);
    }
}

/// <summary>One host and one browser for all browser tests: starting them takes longer than most tests.</summary>
[CollectionDefinition(Name)]
public sealed class ChromiumCollection : ICollectionFixture<Chromium>
{
    public const string Name = "Chromium";
}
