using System.Diagnostics.Metrics;
using Madang.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Quartz;

namespace Madang.Platform.Work;

/// <summary>Adds the durable queue, its workers and the kinds of work.</summary>
public static class WorkModule
{
    /// <summary>Adds <see cref="WorkQueue"/>. Enough for a node that enqueues and leaves the running to others.</summary>
    /// <param name="services">The host's services, with the database added.</param>
    public static IServiceCollection AddWorkQueue(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new WorkQueue(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<Broadcast>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Adds the loop that runs, on this node, every kind that was added by <see cref="AddWork"/>, and the triggers
    /// of recurring work.</summary>
    /// <param name="services">The host's services.</param>
    public static IServiceCollection AddWorker(this IServiceCollection services)
    {
        services.AddWorkQueue();
        services.AddSingleton<WorkKinds>();
        services.AddSingleton<WorkStore>();
        services.AddSingleton<WorkMetrics>();
        services.AddSingleton<Worker>();
        services.AddSingleton<RecurringStore>();
        services.AddHostedService<WorkLoop>();
        services.AddHostedService<WorkCensus>();
        services.AddQuartz();
        services.AddHostedService<RecurringSchedule>();
        services.AddQuartzHostedService();
        return services;
    }

    /// <summary>Names the handler of a kind of work.</summary>
    /// <typeparam name="TPayload">What is enqueued.</typeparam>
    /// <typeparam name="THandler">What runs it; registered as scoped when it is not registered yet.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="kind">The kind, module first, such as <c>images.prepare</c>; unique in the whole host.</param>
    /// <param name="settings">Attempts, concurrency and lease; the defaults when null.</param>
    public static IServiceCollection AddWork<TPayload, THandler>(this IServiceCollection services, string kind, WorkSettings? settings = null)
        where THandler : class, IWorkHandler<TPayload>
    {
        services.TryAddScoped<THandler>();
        return services.AddSingleton(WorkKind.For<TPayload, THandler>(kind, settings ?? new WorkSettings()));
    }

    /// <summary>
    /// Enqueues work of a kind by a schedule, once a fire time however many nodes there are. The kind's handler is named by
    /// <see cref="AddWork"/>; its payload is <c>{}</c>. Runs missed while every node was down are made up for by one run at start.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="kind">The kind to enqueue.</param>
    /// <param name="cron">Quartz's form with seconds first, such as <c>0 30 4 * * ?</c> for half past four every day.</param>
    /// <param name="timeZone">The IANA name of the zone that the expression is meant in.</param>
    /// <exception cref="FormatException">The expression is not valid.</exception>
    public static IServiceCollection AddRecurringWork(this IServiceCollection services, string kind, string cron, string timeZone = "UTC") =>
        services.AddSingleton(new RecurringWork(kind, new CronExpression(cron, TimeZoneInfo.FindSystemTimeZoneById(timeZone))));
}
