using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Tests.Host;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>A host with the sandbox provider, and what tests of the wallet say often. After its class every test's ledger is checked.</summary>
public sealed class WalletHost(TestDatabase database) : MadangHost(database)
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Wallet:Sandbox", "true")];

    private readonly TestDatabase _server = database;

    /// <summary>One more database, for a test that needs a host of its own.</summary>
    public Task<string> NewDatabaseAsync() => _server.NewDatabaseAsync();

    private readonly List<Node> _kept = [];

    /// <summary>Ends a node of a test's own with the class.</summary>
    public void Keep(Node node) => _kept.Add(node);

    public IWallet Wallet => First.Services.GetRequiredService<IWallet>();

    public NpgsqlDataSource Source => First.Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>A member's id with points, in the ledger alone.</summary>
    public async Task<Guid> WithPointsAsync(long points)
    {
        var member = Guid.CreateVersion7();
        if (points > 0)
            Assert.False((await MoveAsync(new Reward($"seed:{member}", new("test"), member, points))).Repeated);
        return member;
    }

    /// <summary>Moves in a transaction of its own, and must not be refused.</summary>
    public async Task<Moved> MoveAsync(Movement movement) => (await TryAsync(movement)).Value;

    public Task<Result<Moved>> TryAsync(Movement movement) => Source.InTransaction(tx => Wallet.Move(tx, movement));

    public async Task<(long Available, long Held)> BalanceAsync(Guid member)
    {
        var balance = await Wallet.BalanceOf(member);
        return (balance.Available, balance.Held);
    }

    /// <summary>The books are in order.</summary>
    public async Task CheckAsync() => Assert.Empty(await ProblemsAsync());

    public async Task<IReadOnlyList<string>> ProblemsAsync()
    {
        await using var connection = new NpgsqlConnection(Database);
        return (await connection.QueryAsync<(string Problem, string Subject, string Detail)>("select * from wallet.check()")).Select(one => $"{one.Problem}: {one.Subject} ({one.Detail})").ToList();
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await CheckAsync();
        }
        finally
        {
            foreach (var node in _kept)
                await node.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}

/// <summary>Shorthand of the wallet's tests.</summary>
internal static class WalletTransactions
{
    public static Task<IReadOnlyList<Result<Moved>>> InTransactionOf(this NpgsqlDataSource source, IWallet wallet, IReadOnlyList<Movement> movements) =>
        source.InTransaction(tx => wallet.Move(tx, movements));
}
