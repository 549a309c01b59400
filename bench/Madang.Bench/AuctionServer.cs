using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Madang.Platform.Data;
using Madang.Wallet;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Bench;

/// <summary>The real program with members who have points and tokens, made beside it in its database: a sign-up each would take longer than the bench.</summary>
internal sealed class AuctionServer : IAsyncDisposable
{
    private readonly MadangServer _madang;
    private readonly ServiceProvider _services;

    private AuctionServer(MadangServer madang, ServiceProvider services, IReadOnlyList<string> tokens) => (_madang, _services, Tokens) = (madang, services, tokens);

    public IReadOnlyList<string> Tokens { get; }

    public int Port => _madang.Process.Port;

    private NpgsqlDataSource Source => _services.GetRequiredService<NpgsqlDataSource>();

    public static async Task<AuctionServer> StartAsync(int members, params string[] settings)
    {
        var madang = await MadangServer.StartAsync(core: null, [.. settings, "--Auctions:Waiting=100000"]);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data:Folder", madang.DataFolder)]).Build();
        var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning)).AddMetrics()
            .AddData(configuration, join: true).AddWallet(configuration).BuildServiceProvider();
        var tokens = new List<string>();
        var (source, wallet) = (services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<IWallet>());
        for (var i = 0; i < members; i++)
        {
            var (member, family, token) = (Guid.CreateVersion7(), Guid.CreateVersion7(), "mda_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
            await using var connection = await source.OpenConnectionAsync();
            await connection.ExecuteAsync(
                """
                insert into accounts.member (id, email, nickname, created_at) values (@member, @email, @nickname, now());
                insert into accounts.token_family (id, member_id, device, address, created_at, proved_at, last_used_at, expires_at) values (@family, @member, 'bench', '', now(), now(), now(), now() + interval '1 d');
                insert into accounts.token (hash, family_id, kind, created_at, expires_at) values (@hash, @family, 'access', now(), now() + interval '1 d')
                """, new { member, family, email = $"bench{i}@example.com", nickname = $"bidder{i}", hash = SHA256.HashData(Encoding.UTF8.GetBytes(token)) });
            _ = (await wallet.Move(new Reward($"bench:{member}", new("bench"), member, 900_000_000_000_000))).Value;
            tokens.Add(token);
        }
        return new(madang, services, tokens);
    }

    /// <summary>A live auction of a day.</summary>
    public async Task<Guid> AuctionAsync()
    {
        var id = Guid.CreateVersion7();
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into market.listing (id, seller_id, state, kind, way, title, description, category, hashtags, start_price, starts_at, ends_at, created_at, updated_at, published_at)
            values (@id, @seller, 'live', 'art', 'auction', 'bench', 'bench', 'art.craft', array['bench'], 1000, now(), now() + interval '1 d', now(), now(), now());
            insert into market.standing (listing_id, shown, price, ends_at) values (@id, 'live', 1000, now() + interval '1 d');
            insert into auctions.auction (id, seller_id, title, start_price, starts_at, ends_at, planned_end, price, created_at)
            select id, seller_id, title, start_price, starts_at, ends_at, ends_at, start_price, now() from market.listing where id = @id
            """, new { id, seller = Guid.CreateVersion7() });
        return id;
    }

    /// <summary>Bids on record.</summary>
    public async Task<long> EntriesAsync(Guid auction)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("select count(*) from auctions.bid where auction_id = @auction", new { auction });
    }

    /// <summary>Whatever is not as it must be: rows, leaders, holds, the ledger.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(
            """
            select problem from wallet.check()
            union all select problem from auctions.check()
            union all select 'a hold is not its leader''s maximum' from auctions.auction a
              left join wallet.hold h on h.id = a.hold_id and h.state = 'held' and h.member_id = a.leader_id where a.leader_max is distinct from h.amount
            """, commandTimeout: 300)];
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await _madang.DisposeAsync();
    }

}
