using Madang.Platform.Web;
using Npgsql;

namespace Madang.Market.Storage;

/// <summary>Transactions that end with a decision.</summary>
internal static class Decisions
{
    /// <summary>Commits when the work succeeds; a refusal, like an exception, undoes all of it.</summary>
    public static async Task<Result<T>> Decide<T>(this NpgsqlDataSource source, Func<NpgsqlTransaction, Task<Result<T>>> work, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var result = await work(transaction);
        if (result.Failure is null)
            await transaction.CommitAsync(cancellation);
        return result;
    }

    /// <summary>The same for what gives nothing but a refusal.</summary>
    public static async Task<Failure?> Decide(this NpgsqlDataSource source, Func<NpgsqlTransaction, Task<Failure?>> work, CancellationToken cancellation) =>
        (await source.Decide<bool>(async tx => await work(tx) is { } failure ? failure : true, cancellation)).Failure;
}
