using System.Text.Json;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Live;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Platform;

public sealed class LiveTests(TestDatabase database) : OnOwnDatabase(database)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<WorkNode> Listening(Action<IServiceCollection>? configure = null)
    {
        var node = Node(configure);
        _ = node.Live;
        await node.ListenAsync();
        return node;
    }

    private static int Number(LiveMessage message) => message.State.GetProperty("number").GetInt32();

    private static async Task<LiveMessage> Next(IAsyncEnumerator<LiveMessage> watcher)
    {
        Assert.True(await watcher.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Ct));
        return watcher.Current;
    }

    private async Task Sql(string sql, object? arguments = null)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Connection) { Pooling = false }.ConnectionString);
        await connection.ExecuteAsync(sql, arguments);
    }

    [Fact]
    public async Task A_watcher_gets_the_state_as_it_is_and_then_what_any_node_publishes()
    {
        var (here, there) = (await Listening(), await Listening());
        await here.Live.Publish("t", new { number = 1 }, ct: Ct);

        await using var near = here.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        await using var far = there.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        Assert.Equal(1, Number(await Next(near)));
        Assert.Equal(1, Number(await Next(far)));

        await there.Live.Publish("t", new { number = 2 }, ct: Ct);
        Assert.Equal(2, Number(await Next(near)));
        Assert.Equal(2, Number(await Next(far)));
    }

    [Fact]
    public async Task What_is_rolled_back_is_not_seen()
    {
        var node = await Listening();
        await using var watcher = node.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        var next = Next(watcher);
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Database.InTransaction(async tx =>
        {
            await node.Live.Publish("t", new { number = 1 }, tx, Ct);
            throw new InvalidOperationException("change of mind");
        }, Ct));
        await node.Live.Publish("t", new { number = 2 }, ct: Ct);

        Assert.Equal(2, Number(await next));
    }

    [Fact]
    public async Task A_slow_watcher_sees_only_the_newest()
    {
        var node = await Listening();
        await using var slow = node.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        await using var quick = node.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        await node.Live.Publish("t", new { number = 0 }, ct: Ct);
        Assert.Equal(0, Number(await Next(slow)));

        for (var number = 1; number <= 50; number++)
            await node.Live.Publish("t", new { number }, ct: Ct);
        while (Number(await Next(quick)) < 50)
        {
        }

        Assert.Equal(50, Number(await Next(slow)));
    }

    [Fact]
    public async Task A_message_that_comes_late_is_dropped()
    {
        var node = await Listening();
        await using var watcher = node.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        var version = await node.Live.Publish("t", new { number = 2 }, ct: Ct);
        Assert.Equal(2, Number(await Next(watcher)));

        var next = Next(watcher);
        await node.Get<Broadcast>().Send("live", LiveNotice.Write("t", version - 1, """{"number":1}"""), cancellation: Ct);
        await node.Get<Broadcast>().Send("live", LiveNotice.Write("t", version, """{"number":1}"""), cancellation: Ct);
        await node.Live.Publish("t", new { number = 3 }, ct: Ct);

        Assert.Equal(3, Number(await next));
    }

    [Fact]
    public async Task A_client_that_comes_back_gets_only_what_is_newer()
    {
        var node = await Listening();
        var first = await node.Live.Publish("t", new { number = 1 }, ct: Ct);
        var second = await node.Live.Publish("t", new { number = 2 }, ct: Ct);
        Assert.True(second > first);

        await using var behind = node.Live.Watch("t", first, Ct).GetAsyncEnumerator(Ct);
        Assert.Equal(2, Number(await Next(behind)));

        await using var current = node.Live.Watch("t", second, Ct).GetAsyncEnumerator(Ct);
        var next = Next(current);
        await node.Live.Publish("t", new { number = 3 }, ct: Ct);
        Assert.Equal(3, Number(await next));
    }

    [Fact]
    public async Task A_client_that_is_ahead_of_this_node_is_not_sent_back()
    {
        var node = await Listening();
        var version = await node.Live.Publish("t", new { number = 1 }, ct: Ct);

        // It was on another node, which has heard of the next version already.
        await using var ahead = node.Live.Watch("t", version + 1, Ct).GetAsyncEnumerator(Ct);
        var next = Next(ahead);
        await node.Get<Broadcast>().Send("live", LiveNotice.Write("t", version + 1, """{"number":2}"""), cancellation: Ct);
        await node.Get<Broadcast>().Send("live", LiveNotice.Write("t", version + 2, """{"number":3}"""), cancellation: Ct);

        Assert.Equal(3, Number(await next));
    }

    [Fact]
    public void A_late_message_does_not_replace_the_newest_for_those_who_come_later()
    {
        var topic = new WatchedTopic();
        var (_, changed) = topic.Now;
        topic.Offer(new LiveMessage("t", 2, JsonElement.Parse("2")));
        Assert.True(changed.IsCompleted);

        (_, changed) = topic.Now;
        topic.Offer(new LiveMessage("t", 1, JsonElement.Parse("1")));
        topic.Offer(new LiveMessage("t", 2, JsonElement.Parse("1")));
        Assert.False(changed.IsCompleted);
        Assert.Equal(2, topic.Now.Latest!.State.GetInt32());
    }

    [Fact]
    public async Task Where_many_watch_a_burst_is_shown_as_its_first_and_its_last_state()
    {
        var topic = new WatchedTopic { Watchers = 20_000 };
        for (var version = 1; version <= 50; version++)
            topic.Offer(new LiveMessage("t", version, JsonElement.Parse($"{version}")));

        var (first, changed) = topic.Now;
        Assert.InRange(first!.Version, 1, 49);
        await changed.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Ct);
        await Answers.EventuallyAsync(() => Task.FromResult(topic.Now.Latest!.Version), version => version == 50);
    }

    [Fact]
    public void A_few_watchers_are_shown_each_state_at_once()
    {
        var topic = new WatchedTopic { Watchers = 20 };
        for (var version = 1; version <= 5; version++)
        {
            topic.Offer(new LiveMessage("t", version, JsonElement.Parse($"{version}")));
            Assert.Equal(version, topic.Now.Latest!.Version);
        }
    }

    [Fact]
    public async Task After_an_outage_of_the_listening_connection_missed_states_are_read()
    {
        var node = await Listening();
        await using var watcher = node.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        await node.Live.Publish("t", new { number = 1 }, ct: Ct);
        Assert.Equal(1, Number(await Next(watcher)));

        // A publication whose notice got lost.
        await Sql("""update platform.live set version = version + 1, state = '{"number": 2}'""");
        await Sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'");
        var next = Next(watcher);
        await Answers.EventuallyAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(next.IsCompleted);
        }, came => came);

        Assert.Equal(2, Number(await next));
    }

    [Fact]
    public async Task Watching_waits_through_an_outage_of_the_database()
    {
        var node = await Listening();
        await node.Live.Publish("t", new { number = 1 }, ct: Ct);
        await Sql("alter table platform.live rename to gone");
        await using var watcher = node.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        var next = Next(watcher);
        await Answers.EventuallyAsync(() => Task.FromResult(node.Log.Lines.Count), lines => lines > 0);

        await Sql("alter table platform.gone rename to live");
        await Answers.EventuallyAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(next.IsCompleted);
        }, came => came);
        Assert.Equal(1, Number(await next));
    }

    [Fact]
    public async Task A_state_too_large_for_a_notice_is_read_from_its_row()
    {
        var (here, there) = (await Listening(), await Listening());
        await using var watcher = there.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        var next = Next(watcher);
        var text = new string('가', 20_000);
        await here.Live.Publish("t", new { text }, ct: Ct);

        Assert.Equal(text, (await next).State.GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_state_beyond_the_bound_is_refused()
    {
        var node = await Listening();
        await Assert.ThrowsAsync<ArgumentException>(() => node.Live.Publish("t", new string('x', LiveTopics.MaxStateBytes), ct: Ct));
    }

    [Fact]
    public async Task Topics_of_last_week_are_pruned_and_their_versions_still_grow_afterwards()
    {
        var node = await Listening(services => services.AddWork<PruneLiveTopics.Everything, PruneLiveTopics>(PruneLiveTopics.Kind));
        var before = 0L;
        for (var number = 0; number < 5; number++)
            before = await node.Live.Publish("old", new { number }, ct: Ct);
        Clock.Advance(TimeSpan.FromDays(6));
        await node.Live.Publish("young", new { number = 1 }, ct: Ct);
        Clock.Advance(TimeSpan.FromDays(1.1));

        await node.Enqueue(PruneLiveTopics.Kind, new PruneLiveTopics.Everything());
        await node.RunDue(Ct);

        await using var connection = await node.Database.OpenConnectionAsync(Ct);
        Assert.Equal(["young"], await connection.QueryAsync<string>("select topic from platform.live"));
        Assert.True(await node.Live.Publish("old", new { number = 9 }, ct: Ct) > before);
    }

    [Fact]
    public async Task Publications_that_race_get_versions_of_their_own_and_all_nodes_end_on_the_newest()
    {
        var (here, there) = (await Listening(), await Listening());
        await using var watcher = there.Live.Watch("t", ct: Ct).GetAsyncEnumerator(Ct);
        var versions = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => (number % 2 == 0 ? here : there).Live.Publish("t", new { number }, ct: Ct)));

        Assert.Equal(40, versions.Distinct().Count());
        var seen = 0L;
        while (seen < versions.Max())
        {
            var message = await Next(watcher);
            Assert.True(message.Version > seen);
            seen = message.Version;
        }
    }

    [Fact]
    public async Task The_watching_ends_without_a_fault_when_the_watcher_or_the_node_goes()
    {
        var node = await Listening();
        using var going = new CancellationTokenSource();
        var gone = Count(node.Live.Watch("t", ct: going.Token));
        var stopped = Count(node.Live.Watch("t", ct: Ct));

        await going.CancelAsync();
        Assert.Equal(0, await gone.WaitAsync(TimeSpan.FromSeconds(20), Ct));
        await node.Lifetime.StopAsync();
        Assert.Equal(0, await stopped.WaitAsync(TimeSpan.FromSeconds(20), Ct));

        static async Task<int> Count(IAsyncEnumerable<LiveMessage> messages)
        {
            var count = 0;
            await foreach (var _ in messages)
                count++;
            return count;
        }
    }

    [Fact]
    public void A_topic_that_nobody_watches_any_more_is_forgotten()
    {
        var node = Node();
        var topics = new WatchedTopics(node.Database, Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, Ct);
        var (first, second, other) = (topics.Enter("a"), topics.Enter("a"), topics.Enter("b"));
        Assert.Equal(2, topics.Count);

        first.Dispose();
        Assert.Equal(2, topics.Count);
        second.Dispose();
        Assert.Equal(1, topics.Count);
        topics.Offer(new LiveMessage("a", 1, JsonElement.Parse("1")));
        Assert.Null(topics.Enter("a").Topic.Now.Latest);
        other.Dispose();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"a":"쉼 \" : 표"}""")]
    public void A_notice_reads_as_it_was_written(string json)
    {
        var notice = LiveNotice.Read(LiveNotice.Write("광장/\"1\"", 7, json));
        Assert.Equal(("광장/\"1\"", 7L), (notice.Topic, notice.Version));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), notice.State!.Value));
    }
}
