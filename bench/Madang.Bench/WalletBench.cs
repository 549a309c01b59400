using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Wallet;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Bench;

/// <summary>
/// Holds and releases on one account from 64 callers, on a private PostgreSQL with its ordinary durability: through the wallet's lane, against the same
/// movements in a transaction each, round by round in one run. The ledger is checked afterwards.
/// </summary>
internal static class WalletBench
{
    private const int Callers = 64;
    private const int Rounds = 3;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(6);

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("madang-bench-");
        // The database's own user has to get in.
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data:Folder", folder.FullName)]).Build();
        var services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning)).AddMetrics()
            .AddData(configuration).AddWallet(configuration).BuildServiceProvider();
        try
        {
            await services.OpenDatabase(CancellationToken.None);
            return await MeasureAsync(services.GetRequiredService<IWallet>(), services.GetRequiredService<NpgsqlDataSource>());
        }
        finally
        {
            await services.DisposeAsync();
            NpgsqlConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(IWallet wallet, NpgsqlDataSource source)
    {
        var member = Guid.CreateVersion7();
        (await wallet.Move(new Reward("seed", new("bench"), member, 1_000_000_000))).Value.ToString();
        Func<Movement, Task<Result<Moved>>> lane = movement => wallet.Move(movement);
        Func<Movement, Task<Result<Moved>>> each = movement => source.InTransaction(tx => wallet.Move(tx, movement));

        await LoadAsync("warm-lane", lane, member, TimeSpan.FromSeconds(1));
        await LoadAsync("warm-each", each, member, TimeSpan.FromSeconds(1));
        var (ours, theirs) = (new List<Load>(), new List<Load>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await LoadAsync($"lane-{round}", lane, member, Round));
            theirs.Add(await LoadAsync($"each-{round}", each, member, Round));
        }

        await using var connection = await source.OpenConnectionAsync();
        var problems = (await connection.QueryAsync<string>("select problem from wallet.check()")).ToList();
        var balance = await wallet.BalanceOf(member);
        var transfers = await connection.ExecuteScalarAsync<long>("select count(*) from wallet.transfer");
        var gain = ours.Select(load => load.PerSecond).Median() / theirs.Select(load => load.PerSecond).Median();

        var report = new Report();
        report.Row("holds and releases of one account", ours.Select(load => load.PerSecond).ToList().Spread("/s"), theirs.Select(load => load.PerSecond).ToList().Spread("/s"), gain,
            $"{Callers} callers; peer: a transaction each");
        report.Row("... p50", Milliseconds(ours, load => load.P50), Milliseconds(theirs, load => load.P50));
        report.Row("... p99", Milliseconds(ours, load => load.P99), Milliseconds(theirs, load => load.P99));
        report.Row("ledger after the load", problems.Count == 0 ? "in order" : string.Join(", ", problems), notes: $"{transfers.ToString("N0", CultureInfo.InvariantCulture)} transfers");
        report.Ratio("wallet_hot_gain", gain);
        report.Print();
        if (problems.Count == 0 && balance.Held == 0 && balance.Available == 1_000_000_000)
            return 0;
        Console.Error.WriteLine($"The books are not in order: {balance}");
        return 1;
    }

    private static async Task<Load> LoadAsync(string name, Func<Movement, Task<Result<Moved>>> move, Guid member, TimeSpan time)
    {
        var latencies = new ConcurrentBag<List<double>>();
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var mine = new List<double>();
            for (var i = 0; clock.GetElapsedTime(started) < time; i++)
            {
                var hold = await TimedAsync(new HoldPoints($"{name}:{caller}:{i}:h", new("bench"), member, 100 + caller));
                await TimedAsync(new ReleaseHold($"{name}:{caller}:{i}:r", new("bench"), member, hold.Hold!.Value));
            }
            latencies.Add(mine);

            async Task<Moved> TimedAsync(Movement movement)
            {
                var start = clock.GetTimestamp();
                var moved = (await move(movement)).Value;
                mine.Add(clock.GetElapsedTime(start).TotalMilliseconds);
                return moved;
            }
        })));
        var took = clock.GetElapsedTime(started).TotalSeconds;
        var all = latencies.SelectMany(one => one).Order().ToArray();
        return new(all.Length / took, all[all.Length / 2], all[(int)(all.Length * 0.99)]);
    }

    private static string Milliseconds(IEnumerable<Load> loads, Func<Load, double> value) =>
        string.Create(CultureInfo.InvariantCulture, $"{loads.Select(value).Median():0.#} ms");

    private sealed record Load(double PerSecond, double P50, double P99);
}
