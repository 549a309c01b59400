using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Accounts.Features;
using Madang.Accounts.Storage;
using Madang.Platform.Data;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Madang.Tests.Accounts;

/// <summary>Somebody who is a member already, without the mails of a sign-up.</summary>
public sealed record TestMember(Guid Id, string LoginId, string Email, string Nickname)
{
    public const string Password = "blue-Kite.71";

    // Hashing is slow on purpose, and every test member has the same password.
    private static string? hash;

    public static async Task<TestMember> JoinAsync(Node node, string role = "member", string language = "en")
    {
        var letters = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        var members = node.Services.GetRequiredService<Members>();
        hash ??= await node.Services.GetRequiredService<Passwords>().HashAsync(Password, CancellationToken.None);
        var row = (await node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx => members.InsertAsync(
            tx,
            new NewMember($"{letters[..12]}@example.com", letters[..10], letters[..14], "김민지", "010" + string.Concat(letters.Select(letter => letter % 10))[..8], hash, language, role),
            node.Clock.GetUtcNow()))).Value;
        return new(row.Id, row.LoginId!, row.Email, row.Nickname);
    }

    /// <summary>A browser in which this member is signed in.</summary>
    public async Task<OperatorBrowser> BrowserAsync(Node node)
    {
        var browser = new OperatorBrowser(node.Stranger());
        await (await browser.PostAsync("/api/session", new { login = LoginId, password = Password })).ShouldBeAsync(HttpStatusCode.OK);
        await browser.GetAsync("/me");
        return browser;
    }

    /// <summary>A program of this member's, with its tokens.</summary>
    public async Task<TestProgram> ProgramAsync(Node node)
    {
        var client = node.Stranger();
        var pair = await (await client.PostAsJsonAsync("/api/tokens", new { login = LoginId, password = Password })).ShouldBeAsync(HttpStatusCode.OK);
        return new TestProgram(client, pair);
    }
}

/// <summary>A program that is signed in by tokens.</summary>
public sealed class TestProgram : IDisposable
{
    public TestProgram(HttpClient client, JsonElement pair)
    {
        Client = client;
        Take(pair);
    }

    public HttpClient Client { get; }

    public string Access { get; private set; } = "";

    public string Refresh { get; private set; } = "";

    public void Take(JsonElement pair)
    {
        (Access, Refresh) = (pair.GetProperty("accessToken").GetString()!, pair.GetProperty("refreshToken").GetString()!);
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Access);
    }

    public void Dispose() => Client.Dispose();
}
