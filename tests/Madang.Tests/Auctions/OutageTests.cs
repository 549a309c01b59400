using Dapper;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>No node was up when an auction should have ended.</summary>
public sealed class OutageTests(AuctionHost host) : IClassFixture<AuctionHost>
{
    [Fact]
    public async Task An_auction_whose_end_fell_into_an_outage_goes_on_for_what_it_lost_and_bidders_are_told()
    {
        var database = await host.NewDatabaseAsync();
        Guid lost, over, later;
        Bidder bidder;
        await using (var before = new Node(database, [], port: null))
        {
            _ = before.Services;
            bidder = await Bidder.JoinAsync(before, 50_000);
            lost = await host.AuctionAsync(node: before);
            over = await host.AuctionAsync(node: before);
            later = await host.AuctionAsync(node: before);
            foreach (var auction in new[] { lost, over, later })
                await bidder.BidsAsync(auction, 5_000);
        }
        // The node went down three hours ago; one auction should have ended 40 minutes after that, one before it.
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync(
            """
            update auctions.pulse set clock_at = clock_at - interval '3 h', seen_at = seen_at - interval '3 h';
            update auctions.auction set starts_at = starts_at - interval '1 d', planned_end = ends_at - interval '3 h' + interval '-20 min', ends_at = ends_at - interval '3 h' + interval '-20 min' where id = @lost;
            update auctions.auction set starts_at = starts_at - interval '1 d', planned_end = ends_at - interval '5 h', ends_at = ends_at - interval '5 h' where id = @over;
            update platform.work set run_at = now() where kind = 'auctions.close'
            """, new { lost, over });
        await using var after = new Node(database, [], port: null);
        var restarted = after.Clock.GetUtcNow();
        await Answers.EventuallyAsync(async () =>
        {
            await after.Services.GetRequiredService<Worker>().StartDue(CancellationToken.None, CancellationToken.None);
            return await connection.ExecuteScalarAsync<string>("select string_agg(state || outages, ' ' order by id) from auctions.auction", new { lost });
        }, states => states == "live1 sold0 live0");
        var left = await connection.ExecuteScalarAsync<DateTime>("select ends_at from auctions.auction where id = @lost", new { lost }) - restarted.UtcDateTime;
        // 40 minutes, but for the seconds that the first node lived and the second took to start.
        Assert.InRange(left, TimeSpan.FromMinutes(38), TimeSpan.FromMinutes(42));
        Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from notifications.notification where member = @id and kind = 'auctions.outage'", new { id = bidder.Id }));
        Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from auctions.outage"));

        after.Clock.Advance(TimeSpan.FromMinutes(61));
        await Answers.EventuallyAsync(async () =>
        {
            await after.Services.GetRequiredService<Worker>().StartDue(CancellationToken.None, CancellationToken.None);
            return await connection.ExecuteScalarAsync<long>("select count(*) from auctions.auction where state = 'sold'");
        }, sold => sold == 3);
        Assert.Empty(await Auctioned.ProblemsAsync(database));
    }

    [Fact]
    public async Task An_outage_of_the_database_that_nodes_survive_gives_the_lost_time_back_before_anything_is_closed()
    {
        var database = await host.NewDatabaseAsync();
        Node node = null!;
        node = new Node(database, [], port: null, services => services.AddSingleton<TimeProvider>(new WithoutBeat(node.Clock)));
        await using (node)
        {
            _ = node.Services;
            var bidder = await Bidder.JoinAsync(node, 50_000);
            var lost = await host.AuctionAsync(node: node, runs: TimeSpan.FromMinutes(20));
            var later = await host.AuctionAsync(node: node, runs: TimeSpan.FromHours(3));
            await bidder.BidsAsync(lost, 5_000);
            await bidder.BidsAsync(later, 6_000);
            await using var connection = new NpgsqlConnection(database);
            // For half an hour the node lives and reaches no database: nothing of it is seen there, and its first job comes before its next beat.
            await connection.ExecuteAsync("update auctions.pulse set seen_at = seen_at - interval '30 min'");
            var back = node.Clock.GetUtcNow().AddMinutes(30);
            node.Clock.Advance(TimeSpan.FromMinutes(30));
            await Answers.EventuallyAsync(async () =>
            {
                await Auctioned.StartDueAsync(node);
                return await connection.ExecuteScalarAsync<string>("select string_agg(state || outages, ' ' order by id) from auctions.auction");
            }, states => states != "live0 live0");
            Assert.Equal("live1 live0", await connection.ExecuteScalarAsync<string>("select string_agg(state || outages, ' ' order by id) from auctions.auction"));
            var left = await connection.ExecuteScalarAsync<DateTime>("select ends_at from auctions.auction where id = @lost", new { lost }) - back.UtcDateTime;
            // Twenty minutes were lost, but for the seconds from the node's start to the auction's.
            Assert.InRange(left, TimeSpan.FromMinutes(18), TimeSpan.FromMinutes(22));
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from auctions.outage"));
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from notifications.notification where member = @Id and kind = 'auctions.outage'", new { bidder.Id }));
            Assert.Empty(await Auctioned.ProblemsAsync(database));
        }
    }

    [Fact]
    public async Task A_restart_within_seconds_is_no_outage()
    {
        var database = await host.NewDatabaseAsync();
        await using (var before = new Node(database, [], port: null))
            _ = before.Services;
        await using var after = new Node(database, [], port: null);
        _ = after.Services;
        await using var connection = new NpgsqlConnection(database);
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("select count(*) from auctions.outage"));
    }

    /// <summary>A clock by which everything comes but the pulse's beat.</summary>
    private sealed class WithoutBeat(TimeProvider clock) : TimeProvider
    {
        private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, period == Beat ? Timeout.InfiniteTimeSpan : dueTime, period == Beat ? Timeout.InfiniteTimeSpan : period);
    }
}
