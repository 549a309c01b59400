using System.Diagnostics.Metrics;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Lanes;
using Madang.Platform.Web;
using Madang.Wallet.Domain;
using Madang.Wallet.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>The wallet that other modules see: movements in their transactions, or in one of its own through a lane.</summary>
internal sealed class LedgerWallet : IWallet, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly LedgerStore _store;
    private readonly WalletOptions _options;
    private readonly Lane<Guid, Movement, Result<Moved>> _lane;

    public LedgerWallet(NpgsqlDataSource source, LedgerStore store, IOptions<WalletOptions> options, IMeterFactory? meters = null)
    {
        (_source, _store, _options) = (source, store, options.Value);
        _lane = new(new LaneSettings("wallet") { IsOutage = DatabaseUnavailable.Is }, DecideAsync, meters);
    }

    public async Task<Balance> BalanceOf(Guid member, CancellationToken cancellation = default)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellation);
        var (available, held) = await connection.QuerySingleAsync<(long Available, long Held)>(new CommandDefinition(
            """
            select coalesce(sum(balance) filter (where kind = 'available'), 0)::bigint, coalesce(sum(balance) filter (where kind = 'held'), 0)::bigint
            from wallet.account where member_id = @member
            """, new { member }, cancellationToken: cancellation));
        return new Balance(_options.Currency, available + held, available, held);
    }

    public async Task<Result<Moved>> Move(NpgsqlTransaction transaction, Movement movement, CancellationToken cancellation = default) =>
        (await Move(transaction, [movement], cancellation))[0];

    public async Task<IReadOnlyList<Result<Moved>>> Move(NpgsqlTransaction transaction, IReadOnlyList<Movement> movements, CancellationToken cancellation = default)
    {
        var batch = await _store.OpenAsync(transaction, Scope(movements), cancellation);
        var answers = new List<Result<Moved>>(movements.Count);
        foreach (var movement in movements)
            answers.Add(batch.Try(movement));
        await batch.Write(cancellation);
        return answers;
    }

    public async Task<Result<Moved>> Move(Movement movement, CancellationToken cancellation = default) =>
        (await _lane.Send(movement.Member, movement, cancellation)).Succeeded(out var answer, out var full) ? answer : full;

    public async Task<IWalletBatch> Open(NpgsqlTransaction transaction, WalletScope scope, CancellationToken cancellation = default) =>
        await _store.OpenAsync(transaction, scope, cancellation);

    public ValueTask DisposeAsync() => _lane.DisposeAsync();

    private Task<IReadOnlyList<Result<Moved>>> DecideAsync(Guid member, IReadOnlyList<Movement> movements, CancellationToken cancellation) =>
        _source.InTransaction(transaction => Move(transaction, movements, cancellation), cancellation);

    private static WalletScope Scope(IReadOnlyList<Movement> movements)
    {
        var others = movements.SelectMany(Ledger.Others).ToHashSet();
        return new WalletScope(
            [.. movements.Select(movement => movement.Member), .. others.Select(account => account.Member).OfType<Guid>()],
            [.. movements.Select(movement => movement.Key ?? "")],
            [.. movements.Select(movement => Content.Of(movement).Hold).OfType<Guid>()],
            Escrow: others.Contains(AccountName.Escrow), Revenue: others.Contains(AccountName.Revenue))
        {
            Providers = [.. others.Select(account => account.Provider).OfType<string>()],
        };
    }
}
