using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Platform.Work;

/// <summary>A kind of work that this node can run.</summary>
internal sealed record WorkKind(string Kind, WorkSettings Settings,
    Func<IServiceProvider, string, WorkContext, CancellationToken, Task> Run)
{
    public static WorkKind For<TPayload, THandler>(string kind, WorkSettings settings) where THandler : IWorkHandler<TPayload>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Lease, TimeSpan.FromSeconds(1));
        return new(kind, settings, (services, json, context, ct) =>
        {
            var payload = JsonSerializer.Deserialize<TPayload>(json, JsonSerializerOptions.Web)!;
            return services.GetRequiredService<THandler>().Handle(payload, context, ct);
        });
    }
}

/// <summary>All kinds this node runs. Two handlers for one kind are a mistake in the composition and refused at start.</summary>
internal sealed class WorkKinds(IEnumerable<WorkKind> kinds)
{
    private readonly Dictionary<string, WorkKind> _byName = kinds.ToDictionary(kind => kind.Kind, StringComparer.Ordinal);

    public IReadOnlyCollection<WorkKind> All => _byName.Values;

    public WorkKind this[string kind] => _byName[kind];
}
