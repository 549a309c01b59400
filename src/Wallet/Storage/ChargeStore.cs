using Dapper;
using Madang.Wallet.Domain;
using Npgsql;

namespace Madang.Wallet.Storage;

/// <summary>A charge as it is kept.</summary>
internal sealed class ChargeRow
{
    public const string Columns = "id, member_id, key, amount, currency, provider, payment, checkout_url, state, failure, refunding, refunded, created_at, paid_at, looks";

    public required Guid Id { get; init; }

    public required Guid MemberId { get; init; }

    public required string Key { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public required string Provider { get; init; }

    public string? Payment { get; init; }

    public string? CheckoutUrl { get; init; }

    public required string State { get; init; }

    public string? Failure { get; init; }

    public long Refunding { get; init; }

    public long Refunded { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? PaidAt { get; init; }

    public int Looks { get; init; }

    public bool IsOpen => State is "created" or "pending";

    public Charge ToDomain() => new(Id, MemberId, Amount, Currency, Enum.Parse<ChargeState>(State, ignoreCase: true), CreatedAt);
}

/// <summary>The table of charges. A charge's row is locked before the accounts.</summary>
internal sealed class ChargeStore(NpgsqlDataSource source)
{
    public async Task<ChargeRow?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<ChargeRow>(new CommandDefinition($"select {ChargeRow.Columns} from wallet.charge where id = @id", new { id }, cancellationToken: cancellation));
    }

    /// <summary>Charges of which it is time to ask the provider.</summary>
    public async Task<IReadOnlyList<ChargeRow>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<ChargeRow>(new CommandDefinition(
            $"select {ChargeRow.Columns} from wallet.charge where look_at <= @now order by look_at limit @most", new { now, most }, cancellationToken: cancellation))).AsList();
    }

    public static Task<ChargeRow> LockAsync(Guid id, NpgsqlTransaction tx) =>
        tx.Connection!.QuerySingleAsync<ChargeRow>($"select {ChargeRow.Columns} from wallet.charge where id = @id for update", new { id }, tx);

    public static Task<ChargeRow?> FindByKeyAsync(Guid member, string key, NpgsqlTransaction tx) =>
        tx.Connection!.QuerySingleOrDefaultAsync<ChargeRow>($"select {ChargeRow.Columns} from wallet.charge where member_id = @member and key = @key", new { member, key }, tx);

    /// <summary>How much a member has charged since a time, and how many charges are open, with what amount.</summary>
    public static Task<(long Charged, int Open, long OpenAmount)> TotalsAsync(Guid member, DateTimeOffset since, NpgsqlTransaction tx) =>
        tx.Connection!.QuerySingleAsync<(long, int, long)>(
            """
            select coalesce(sum(amount) filter (where created_at > @since and state in ('created', 'pending', 'paid', 'refunded')), 0)::bigint,
                   (count(*) filter (where state in ('created', 'pending')))::int,
                   coalesce(sum(amount) filter (where state in ('created', 'pending')), 0)::bigint
            from wallet.charge where member_id = @member
            """, new { member, since }, tx);

    public static Task InsertAsync(ChargeRow row, DateTimeOffset lookAt, NpgsqlTransaction tx) => tx.Connection!.ExecuteAsync(
        """
        insert into wallet.charge (id, member_id, key, amount, currency, provider, state, created_at, look_at)
        values (@Id, @MemberId, @Key, @Amount, @Currency, @Provider, 'created', @CreatedAt, @lookAt)
        """, new { row.Id, row.MemberId, row.Key, row.Amount, row.Currency, row.Provider, row.CreatedAt, lookAt }, tx);

    public async Task<ChargeRow> SetPendingAsync(Guid id, Checkout checkout, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<ChargeRow>(new CommandDefinition(
            $"""
            with opened as (
              update wallet.charge set state = case state when 'created' then 'pending' else state end,
                     payment = coalesce(payment, @Payment), checkout_url = coalesce(checkout_url, @Url)
              where id = @id returning *)
            select {ChargeRow.Columns} from opened
            """, new { id, checkout.Payment, checkout.Url }, cancellationToken: cancellation));
    }

    public static Task SetPaidAsync(Guid id, string payment, DateTimeOffset now, NpgsqlTransaction tx) => tx.Connection!.ExecuteAsync(
        "update wallet.charge set state = 'paid', paid_at = @now, payment = @payment, failure = null, look_at = null where id = @id", new { id, payment, now }, tx);

    /// <summary>Ends a charge that nobody has paid; one that is paid, or ended, stays as it is.</summary>
    public static Task SetEndedAsync(Guid id, string state, string failure, DateTimeOffset? lookAt, NpgsqlTransaction tx, params string[] from) => tx.Connection!.ExecuteAsync(
        "update wallet.charge set state = @state, failure = @failure, look_at = @lookAt where id = @id and state = any(@from)",
        new { id, state, failure, lookAt, from = from is [] ? ["created", "pending"] : from }, tx);

    public static Task LookAgainAsync(Guid id, DateTimeOffset? at, NpgsqlTransaction tx) => tx.Connection!.ExecuteAsync(
        "update wallet.charge set looks = looks + 1, look_at = @at where id = @id", new { id, at }, tx);

    /// <summary>The last look at a charge that was given up has brought nothing; an earlier one, as by a webhook, is not the last.</summary>
    public static Task LookedLastAsync(Guid id, DateTimeOffset now, NpgsqlTransaction tx) => tx.Connection!.ExecuteAsync(
        "update wallet.charge set looks = looks + 1, look_at = null where id = @id and look_at <= @now", new { id, now }, tx);
}
