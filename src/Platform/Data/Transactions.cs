using Npgsql;

namespace Madang.Platform.Data;

/// <summary>Runs work inside one transaction: committed when it returns, rolled back when it throws.</summary>
public static class Transactions
{
    /// <summary>Runs <paramref name="work"/> in a transaction of its own and commits.</summary>
    /// <param name="source">Where to open the connection.</param>
    /// <param name="work">What to do; it uses <c>transaction.Connection</c>.</param>
    /// <param name="cancellation">Ends the work and rolls back.</param>
    public static async Task<T> InTransaction<T>(
        this NpgsqlDataSource source, Func<NpgsqlTransaction, Task<T>> work, CancellationToken cancellation = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var result = await work(transaction);
        await transaction.CommitAsync(cancellation);
        return result;
    }

    /// <inheritdoc cref="InTransaction{T}"/>
    public static Task InTransaction(
        this NpgsqlDataSource source, Func<NpgsqlTransaction, Task> work, CancellationToken cancellation = default) =>
        source.InTransaction(
            async transaction =>
            {
                await work(transaction);
                return true;
            },
            cancellation);
}
