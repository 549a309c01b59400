using System.Net;
using System.Net.Http.Headers;
using Dapper;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Accounts;

public sealed class ApiKeyTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task A_stranger_is_asked_for_a_key() =>
        await (await host.Stranger().GetAsync("/api/keys")).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer mdg_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task A_key_that_is_not_ours_is_refused(string authorization)
    {
        var client = host.Stranger();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        await (await client.GetAsync("/api/keys")).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
    }

    [Fact]
    public async Task A_program_may_not_make_keys() =>
        await (await (await host.ProgramAsync("images:write")).GetAsync("/api/keys")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");

    [Fact]
    public async Task A_key_is_not_in_the_database_and_its_last_use_is()
    {
        var key = await host.First.NewKeyAsync("images:write");
        var client = host.Stranger();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await client.GetAsync("/api/keys");

        Assert.NotNull(await host.ScalarAsync<DateTime?>("select last_used_at from accounts.api_key where hint = @hint order by id desc limit 1", new { hint = key[..8] }));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from accounts.api_key where row_to_json(api_key)::text like '%' || @key || '%'", new { key = key[8..] }));
    }

    [Fact]
    public async Task A_revoked_key_ends_on_every_node_within_a_second()
    {
        var other = await host.NodeAsync();
        var key = await host.First.NewKeyAsync("images:write");
        var clients = new[] { host.Stranger(), other.Stranger() };
        foreach (var client in clients)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/keys")).StatusCode);
        }

        var id = await host.ScalarAsync<Guid>("select id from accounts.api_key where hint = @hint", new { hint = key[..8] });
        using var browser = await host.OperatorAsync();
        await browser.DeleteAsync($"/api/keys/{id}");

        foreach (var client in clients)
            await Answers.EventuallyAsync(() => client.GetAsync("/api/keys"), answer => answer.StatusCode == HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("", "images:write", "key.name")]
    [InlineData("shop", "images:fly", "key.scope_unknown")]
    [InlineData("shop", null, "key.scope_missing")]
    public async Task A_key_needs_a_name_and_known_scopes(string name, string? scope, string code)
    {
        using var browser = await host.OperatorAsync();
        var answer = await browser.PostAsync("/api/keys", new { name, scopes = scope is null ? Array.Empty<string>() : [scope] });
        await answer.ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);
    }
}
