using Madang.Client;

namespace Madang.Tests.Client;

/// <summary>Keeps what was reported, in order; unlike <see cref="Progress{T}"/> it does so at once.</summary>
internal sealed class Reports : IProgress<UploadProgress>
{
    private readonly List<UploadProgress> _all = [];

    public IReadOnlyList<UploadProgress> All
    {
        get
        {
            lock (_all)
                return [.. _all];
        }
    }

    public void Report(UploadProgress value)
    {
        lock (_all)
            _all.Add(value);
    }
}
