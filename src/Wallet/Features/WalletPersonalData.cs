using Dapper;
using Madang.Accounts;
using Madang.Platform.Web;
using Madang.Wallet.Storage;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>
/// A member's points in his export, and at his departure: what is under way must end first, and what can go back must have gone back. The ledger stays as it is, under
/// an id that names nobody.
/// </summary>
internal sealed class WalletPersonalData(IWallet wallet, RefundPoints refunds, LedgerStore ledger, NpgsqlDataSource source) : IPersonalData
{
    public string Section => "wallet";

    public async Task<object?> Export(Guid member, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var charges = (await connection.QueryAsync<ChargeRow>(new CommandDefinition(
            $"select {ChargeRow.Columns} from wallet.charge where member_id = @member order by id", new { member }, cancellationToken: cancellation))).Select(ChargeResource.Of).ToList();
        var movements = (await connection.QueryAsync<ExportedMovement>(new CommandDefinition(
            """
            select t.id, t.kind, t.created_at as at, t.reference, t.title,
                   coalesce(sum(e.amount) filter (where a.kind = 'available'), 0)::bigint as available, coalesce(sum(e.amount) filter (where a.kind = 'held'), 0)::bigint as held
            from wallet.account a join wallet.entry e on e.account_id = a.id join wallet.transfer t on t.id = e.transfer_id
            where a.member_id = @member group by t.id, t.kind, t.created_at, t.reference, t.title order by t.id
            """, new { member }, cancellationToken: cancellation))).ToList();
        return movements.Count + charges.Count == 0 ? null : new { Balance = await wallet.BalanceOf(member, cancellation), Charges = charges, Movements = movements };
    }

    public async Task<Failure?> Hinders(NpgsqlTransaction transaction, Guid member)
    {
        // Under the lock, so that nothing begins while the member leaves.
        var batch = await ledger.OpenAsync(transaction, new WalletScope([member], [], []), CancellationToken.None);
        var isUnderWay = await transaction.Connection!.ExecuteScalarAsync<bool>(
            """
            select exists (select from wallet.charge where member_id = @member and (state in ('created', 'pending') or refunding > 0))
                or exists (select from wallet.hold where member_id = @member and state in ('held', 'captured'))
            """, new { member }, transaction);
        if (isUnderWay)
            return new Failure("wallet.under_way", "Points of yours are held, in escrow, or on their way; let that end first.", StatusCodes.Status409Conflict);
        return await refunds.OwedAsync(member, batch.Available(member), CancellationToken.None) > 0
            ? new Failure("wallet.refund_first", "Get your unused points back first, at /wallet/refund.", StatusCodes.Status409Conflict)
            : null;
    }

    // What providers told may say more of the payer than we do.
    public Task Erase(NpgsqlTransaction transaction, Guid member) => transaction.Connection!.ExecuteAsync(
        "update wallet.event set payload = '' where charge_id in (select id from wallet.charge where member_id = @member)", new { member }, transaction);

    private sealed record ExportedMovement(Guid Id, string Kind, DateTimeOffset At, string Reference, string? Title, long Available, long Held);
}
