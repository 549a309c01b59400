using Dapper;
using Madang.Auctions;
using Madang.Market;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>A host with auctions on it, and what their tests say often. After its class the books and all auctions are checked.</summary>
public sealed class AuctionHost(TestDatabase database) : MadangHost(database)
{
    private readonly TestDatabase _server = database;

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Wallet:Sandbox", "true")];

    public DateTimeOffset Now => First.Clock.GetUtcNow();

    /// <summary>One more database, for a test that needs nodes of its own.</summary>
    public Task<string> NewDatabaseAsync() => _server.NewDatabaseAsync();

    /// <summary>A live auction of an hour from now on, unless the test wishes otherwise.</summary>
    public Task<Guid> AuctionAsync(
        Bidder? seller = null, long start = 1_000, long? reserve = null, long? buyNow = null, TimeSpan? runs = null, TimeSpan? startsIn = null, Node? node = null) =>
        Auctioned.OpenAsync(node ?? First, seller?.Id ?? Guid.CreateVersion7(), start, reserve, buyNow, runs ?? TimeSpan.FromHours(1), startsIn ?? TimeSpan.Zero);

    /// <summary>A member with points.</summary>
    public Task<Bidder> BidderAsync(long points = 10_000_000, Node? node = null) => Bidder.JoinAsync(node ?? First, points);

    public async Task<IReadOnlyList<Bidder>> BiddersAsync(int count, long points = 10_000_000)
    {
        var bidders = new List<Bidder>();
        for (var i = 0; i < count; i++)
            bidders.Add(await BidderAsync(points));
        return bidders;
    }

    /// <summary>Runs what is due on a node.</summary>
    public static Task RunDueAsync(Node node) => node.Services.GetRequiredService<Worker>().RunDue(CancellationToken.None);

    /// <summary>Puts the clock beyond the auction's end and its grace, and closes.</summary>
    public async Task CloseAsync(Guid auction, Node? node = null)
    {
        node ??= First;
        var ends = await ScalarAsync<DateTime>("select ends_at from auctions.auction where id = @auction", new { auction });
        // Other nodes of this host whose clocks stand where they stood: they are waited for.
        node.Clock.Advance(ends - node.Clock.GetUtcNow().UtcDateTime + TimeSpan.FromSeconds(13));
        await ClosedAsync(auction, node);
    }

    public async Task ClosedAsync(Guid auction, Node node) => await Answers.EventuallyAsync(async () =>
    {
        await RunDueAsync(node);
        return await StateAsync(auction);
    }, state => state != "live");

    public Task<string?> StateAsync(Guid auction) => ScalarAsync<string>("select state from auctions.auction where id = @auction", new { auction });

    /// <summary>How often the winner paid for it: once, or not at all.</summary>
    public Task<long> SalesAsync(Guid auction) => ScalarAsync<long>(
        "select count(*) from wallet.transfer t join wallet.hold h on h.id = t.hold_id where t.kind = 'purchase' and h.reference = 'auction:' || @auction", new { auction });

    public Task<long> AcceptedAsync(Guid auction) =>
        ScalarAsync<long>("select count(*) from auctions.bid where auction_id = @auction and outcome = 'accepted' and undone_at is null", new { auction });

    /// <summary>How often a member was told something about an auction.</summary>
    public Task<long> ToldAsync(Guid member, string kind, Guid auction) => ScalarAsync<long>(
        "select coalesce(sum(times), 0)::bigint from notifications.notification where member = @member and kind = @kind and data ->> 'auction' = @auction", new { member, kind, auction = auction.ToString() });

    public Task<IReadOnlyList<string>> ProblemsAsync() => Auctioned.ProblemsAsync(Database);

    /// <summary>Holds the row as a slow transaction would, until disposed.</summary>
    public async Task<IAsyncDisposable> HeldAsync(Guid auction)
    {
        var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("select 1 from auctions.auction where id = $1 for update", connection) { Parameters = { new() { Value = auction } } };
        await command.ExecuteScalarAsync();
        return connection;
    }

    /// <summary>Waits until so many transactions wait for an auction's row.</summary>
    public Task WaitingAsync(int how) => Answers.EventuallyAsync(
        () => ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%from auctions.auction%for update%'"), waiting => waiting >= how);

    public override async ValueTask DisposeAsync()
    {
        try
        {
            Assert.Empty(await ProblemsAsync());
        }
        finally
        {
            await base.DisposeAsync();
        }
    }
}

/// <summary>Auctions without the pages and pictures of their listings.</summary>
public static class Auctioned
{
    /// <summary>Starts what is due on a node, and does not wait for its end.</summary>
    public static Task StartDueAsync(Node node) => node.Services.GetRequiredService<Worker>().StartDue(CancellationToken.None, CancellationToken.None);

    public static async Task<Guid> OpenAsync(Node node, Guid seller, long start, long? reserve, long? buyNow, TimeSpan runs, TimeSpan startsIn)
    {
        var now = node.Clock.GetUtcNow();
        var listing = new Listing(
            Guid.CreateVersion7(now), seller, ListingKind.Art, "푸른 달항아리", SaleWay.Auction, null, new AuctionTerms(start, reserve, buyNow, now + startsIn, now + startsIn + runs),
            ListingState.Live, now, null);
        var sale = node.Services.GetServices<ISale>().Single(one => one.Way == SaleWay.Auction);
        Assert.Null(sale.Check(listing, now));
        await node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(async tx =>
        {
            await tx.Connection!.ExecuteAsync(
                """
                insert into market.listing (id, seller_id, state, kind, way, title, description, category, hashtags, start_price, reserve, buy_now, starts_at, ends_at, created_at, updated_at, published_at)
                values (@Id, @Seller, 'live', 'art', 'auction', @Title, '1978년작', 'art.craft', array['도자기'], @start, @reserve, @buyNow, @StartsAt, @EndsAt, @now, @now, @now);
                insert into market.interest (listing_id, shown) values (@Id, 'live')
                """, new { listing.Id, listing.Seller, listing.Title, start, reserve, buyNow, listing.Auction!.StartsAt, listing.Auction.EndsAt, now }, tx);
            await sale.Open(tx, listing);
        });
        return listing.Id;
    }

    /// <summary>What is not as it must be, in the ledger or in any auction.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        return [.. await connection.QueryAsync<string>(
            """
            select problem || ': ' || subject || ' ' || detail from wallet.check()
            union all
            select problem || ': ' || subject || ' ' || coalesce(detail, '') from auctions.check()
            union all
            select 'the hold is not the leader''s maximum: ' || a.id || ' ' || a.leader_max || ', held ' || coalesce(h.amount::text, 'nothing')
            from auctions.auction a left join wallet.hold h on h.id = a.hold_id and h.state = 'held' and h.member_id = a.leader_id
            where a.state = 'live' and a.leader_max is distinct from h.amount
            union all
            select 'a hold that no auction knows: ' || h.id || ' ' || h.reference
            from wallet.hold h where h.state = 'held' and h.reference like 'auction:%' and not exists (select from auctions.auction a where a.hold_id = h.id and a.state = 'live')
            """)];
    }
}
