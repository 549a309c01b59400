using System.Globalization;
using System.Text.Json;
using Madang.Tests.Host;

namespace Madang.Tests.Servers;

/// <summary>A mail as a mail server took it, read by Python's own MIME parser.</summary>
public sealed record DeliveredMail(string From, string[] To, string Subject, string Text, string Html, Dictionary<string, string> Headers, string Raw);

/// <summary>
/// A real SMTP server on a loopback port: Debian's aiosmtpd. It takes what comes, but for recipients called <c>nobody…</c> (there is none) and <c>later…</c> (not now), and
/// asks for a sign-in when told to.
/// </summary>
public sealed class SmtpServer : IAsyncDisposable
{
    public const string User = "madang";
    public const string Password = "a-password-of-tests";

    private const string Script = """
        import asyncio, email, email.policy, json, os, sys
        from aiosmtpd.smtp import SMTP, AuthResult
        port, folder, auth = int(sys.argv[1]), sys.argv[2], sys.argv[3] == 'auth'
        count = 0
        class Handler:
            # .NET writes the name in small letters, which RFC 4954 allows and aiosmtpd does not know.
            async def auth_login(self, server, args):
                return await server.auth_LOGIN(server, args)
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.startswith('nobody'):
                    return '550 5.1.1 <%s>: no such user' % address
                if address.startswith('later'):
                    return '451 4.2.1 <%s>: come back later' % address
                envelope.rcpt_tos.append(address)
                return '250 OK'
            async def handle_DATA(self, server, session, envelope):
                global count
                count += 1
                mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
                taken = {'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'subject': mail['subject'],
                         'text': mail.get_body(('plain',)).get_content(), 'html': mail.get_body(('html',)).get_content(),
                         'headers': {name.lower(): str(value) for name, value in mail.items()},
                         'raw': envelope.content.decode('ascii', 'replace')}
                name = os.path.join(folder, '%d-%06d' % (os.getpid(), count))
                with open(name + '.part', 'w') as file:
                    json.dump(taken, file)
                os.rename(name + '.part', name + '.json')
                return '250 taken'
        def authenticate(server, session, envelope, mechanism, data):
            good = data.login == b'madang' and data.password == b'a-password-of-tests'
            return AuthResult(success=good, handled=False)
        async def main():
            make = lambda: SMTP(Handler(), hostname='localhost', authenticator=authenticate, auth_required=auth, auth_require_tls=False)
            server = await asyncio.get_running_loop().create_server(make, '127.0.0.1', port)
            await server.serve_forever()
        asyncio.run(main())
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("madang-smtp-");
    private readonly bool auth;
    private WatchedProcess? process;

    /// <param name="auth">Takes mails only after a sign-in.</param>
    public SmtpServer(bool auth = false) => this.auth = auth;

    public int Port { get; } = LocalPorts.Free(1)[0];

    /// <summary>The configuration that makes a host use it.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["Mail:Smtp:Host"] = "127.0.0.1",
        ["Mail:Smtp:Port"] = Port.ToString(CultureInfo.InvariantCulture),
        ["Mail:Smtp:TimeoutSeconds"] = "2",
        ["Mail:From"] = "마당 <madang@courtyard.example>",
    };

    /// <summary>Starts it, or starts it again on the same port.</summary>
    public async Task StartAsync()
    {
        process ??= await WatchedProcess.Start(
            Path.Join(folder.FullName, "smtp.log"), "/usr/bin/python3", "-W", "ignore", "-c", Script, $"{Port}", folder.FullName, auth ? "auth" : "open");
        await LocalPorts.Answer(Port, process);
    }

    /// <summary>Connections break, new ones are refused.</summary>
    public async Task StopAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        process = null;
    }

    /// <summary>Connections are taken, nothing is answered.</summary>
    public Task FreezeAsync() => process!.Freeze();

    public Task ThawAsync() => process!.Thaw();

    /// <summary>All that it took, in order.</summary>
    public IReadOnlyList<DeliveredMail> Delivered() =>
        [.. folder.EnumerateFiles("*.json").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => JsonSerializer.Deserialize<DeliveredMail>(File.ReadAllText(file.FullName), JsonSerializerOptions.Web)!)];

    /// <summary>Waits for a mail to an address.</summary>
    public async Task<DeliveredMail> MailToAsync(string address) =>
        (await Answers.EventuallyAsync(() => Task.FromResult(Delivered().Where(mail => mail.To.Contains(address)).ToList()), found => found.Count > 0, seconds: 40))[0];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Delete(recursive: true);
    }
}
