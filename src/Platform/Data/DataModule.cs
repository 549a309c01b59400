using System.Data;
using System.Reflection;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Madang.Platform.Data;

/// <summary>The database: data source, private cluster, migrations, messages between nodes.</summary>
public static class DataModule
{
    /// <summary>
    /// Adds PostgreSQL: the server named by <c>ConnectionStrings:Madang</c>, or a private one below the data folder. It is up
    /// and migrated before any hosted service starts.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="join">True for a command beside a running server: use the private cluster that it runs.</param>
    public static IServiceCollection AddData(this IServiceCollection services, IConfiguration configuration, bool join = false)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new InstantHandler());

        var data = DataFolder.From(configuration);
        var external = configuration.GetConnectionString("Madang");
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(data);
        services.AddSingleton(_ => NpgsqlDataSource.Create(external ?? PrivateCluster.ConnectionString(data)));
        if (string.IsNullOrEmpty(external))
            services.AddSingleton<PrivateCluster>();
        services.AddMigrations("platform", typeof(DataModule).Assembly);
        services.AddSingleton<Migrator>();
        services.AddSingleton(provider => new DatabaseStart(provider.GetService<PrivateCluster>(), provider.GetRequiredService<Migrator>(), join));
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseStart>());
        services.AddSingleton<Broadcast>();
        services.AddHostedService(provider => provider.GetRequiredService<Broadcast>());

        services.AddDataProtection().SetApplicationName("madang");
        services.AddOptions<KeyManagementOptions>().Configure<NpgsqlDataSource>((options, source) => options.XmlRepository = new DataProtectionKeys(source));
        return services;
    }

    /// <summary>Adds a module's embedded <c>Migrations/NNNN_name.sql</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="module">The module's name, which is also its schema.</param>
    /// <param name="assembly">Where the scripts are embedded.</param>
    public static IServiceCollection AddMigrations(this IServiceCollection services, string module, Assembly assembly) =>
        services.AddSingleton(new MigrationSource(module, assembly));

    /// <summary>Makes the database ready for a command that runs without starting the host; disposing the services closes it.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task OpenDatabase(this IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<DatabaseStart>().StartingAsync(cancellation);

    /// <summary>Starts the private cluster and migrates, before any other hosted service starts; stops the cluster after all have stopped.</summary>
    private sealed class DatabaseStart(PrivateCluster? cluster, Migrator migrator, bool join) : IHostedLifecycleService
    {
        public async Task StartingAsync(CancellationToken cancellationToken)
        {
            if (cluster is not null)
                await cluster.StartAsync(join, cancellationToken);
            await migrator.MigrateAsync(cancellationToken);
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StoppedAsync(CancellationToken cancellationToken)
        {
            if (cluster is not null)
                await cluster.DisposeAsync();
        }
    }

    private sealed class InstantHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();

        public override DateTimeOffset Parse(object value) =>
            value is DateTimeOffset instant ? instant : new DateTimeOffset(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));
    }
}
