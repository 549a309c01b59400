using Madang.Images.Storage;
using Madang.Platform.Work;

namespace Madang.Images.Features;

/// <summary>The hourly job that deletes images whose retention has ended.</summary>
internal sealed class EndRetention(ImageStore store, ManageImages images, TimeProvider time) : IWorkHandler<EndRetention.Job>
{
    public const string Kind = "images.retention";
    public const string Cron = "0 17 * * * ?";

    private const int AtATime = 500;

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        while (await store.RetentionEndedAsync(time.GetUtcNow(), AtATime, ct) is { Count: > 0 } ended)
            foreach (var id in ended)
                await images.DeleteAsync(id, evenPrivate: true, ct);
    }

    internal sealed record Job;
}
