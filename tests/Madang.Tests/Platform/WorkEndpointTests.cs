using System.Net;
using System.Text.Json;
using Madang.Tests.Host;

namespace Madang.Tests.Platform;

public sealed class WorkEndpointTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task The_queue_is_the_operators_alone() =>
        await (await (await host.ProgramAsync("images:write")).GetAsync("/api/work")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");

    [Fact]
    public async Task The_operator_sees_a_dead_job_and_gives_it_another_life()
    {
        var id = await DeadJobAsync();
        using var browser = await host.OperatorAsync();

        var overview = await (await browser.GetAsync("/api/work")).ShouldBeAsync(HttpStatusCode.OK);
        var dead = overview.GetProperty("dead").EnumerateArray().Single(job => job.GetProperty("id").GetInt64() == id);
        Assert.Equal("it broke", dead.GetProperty("lastError").GetString());

        Assert.Equal(HttpStatusCode.NoContent, (await browser.PostAsync($"/api/work/{id}/retry", new { })).StatusCode);
        Assert.False(await host.ScalarAsync<bool>("select exists (select from platform.work where id = @id and died_at is not null)", new { id }));
    }

    [Fact]
    public async Task A_dead_job_can_be_discarded_once()
    {
        var id = await DeadJobAsync();
        using var browser = await host.OperatorAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await browser.DeleteAsync($"/api/work/{id}")).StatusCode);
        await (await browser.DeleteAsync($"/api/work/{id}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "work.unknown");
    }

    // A kind that no node handles, so that it stays as it is.
    private Task<long> DeadJobAsync() => host.ScalarAsync<long>(
        """
        insert into platform.work (kind, payload, run_at, attempts, last_error, created_at, died_at)
        values ('test.nobody', '{}', now(), 8, 'it broke', now(), now()) returning id
        """);
}
