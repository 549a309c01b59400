using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Platform.Data;

/// <summary>One module's migrations: <c>Migrations/NNNN_name.sql</c> embedded in its assembly.</summary>
/// <param name="Module">The module's name, which is also its schema.</param>
/// <param name="Assembly">Where the scripts are embedded.</param>
internal sealed record MigrationSource(string Module, Assembly Assembly);

/// <summary>
/// Brings the database up to date: every module's scripts in order, each once, under an advisory lock, so that any number
/// of nodes may start together. A script that changed after it was applied stops the start.
/// </summary>
internal sealed partial class Migrator(
    NpgsqlDataSource source, IEnumerable<MigrationSource> modules, ILogger<Migrator> log)
{
    // Any fixed number serves: it only has to differ from other advisory locks in the same database.
    private const long LockKey = 0x4D6164616E67;

    public async Task MigrateAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync("select pg_advisory_lock(@LockKey)", new { LockKey });
        try
        {
            await connection.ExecuteAsync(
                """
                create schema if not exists platform;
                create table if not exists platform.migration (
                  module     text not null,
                  number     int  not null,
                  name       text not null,
                  checksum   text not null,
                  applied_at timestamptz not null default now(),
                  primary key (module, number)
                );
                """);
            foreach (var module in modules)
                await MigrateModuleAsync(connection, module, cancellation);
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey });
        }
    }

    private async Task MigrateModuleAsync(NpgsqlConnection connection, MigrationSource module, CancellationToken cancellation)
    {
        var applied = (await connection.QueryAsync<(int Number, string Checksum)>(
            "select number, checksum from platform.migration where module = @Module", new { module.Module }))
            .ToDictionary(row => row.Number, row => row.Checksum);

        foreach (var script in Scripts(module.Assembly))
        {
            if (applied.TryGetValue(script.Number, out var checksum))
            {
                if (checksum != script.Checksum)
                    throw new InvalidOperationException(
                        $"Migration {module.Module}/{script.Number:0000}_{script.Name} was changed after it was applied. Restore it and add a new one.");
                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await connection.ExecuteAsync(script.Sql, transaction: transaction);
            await connection.ExecuteAsync(
                "insert into platform.migration (module, number, name, checksum) values (@Module, @Number, @Name, @Checksum)",
                new { module.Module, script.Number, script.Name, script.Checksum }, transaction);
            await transaction.CommitAsync(cancellation);
            LogApplied(log, module.Module, script.Number, script.Name);
        }
    }

    internal static IReadOnlyList<Script> Scripts(Assembly assembly)
    {
        var scripts = assembly.GetManifestResourceNames()
            .Select(resource => (resource, match: ScriptName().Match(resource)))
            .Where(found => found.match.Success)
            .Select(found =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(found.resource)!);
                var sql = reader.ReadToEnd();
                var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
                return new Script(int.Parse(found.match.Groups["number"].Value), found.match.Groups["name"].Value, sql, checksum);
            })
            .OrderBy(script => script.Number)
            .ToList();
        if (scripts.GroupBy(script => script.Number).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new InvalidOperationException($"{assembly.GetName().Name} has two migrations numbered {twice.Key:0000}.");
        return scripts;
    }

    [GeneratedRegex(@"\.Migrations\.(?<number>\d{4})_(?<name>\w+)\.sql$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ScriptName();

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Module}/{Number:0000}_{Name}")]
    private static partial void LogApplied(ILogger log, string module, int number, string name);

    internal sealed record Script(int Number, string Name, string Sql, string Checksum);
}
