using Microsoft.Extensions.Configuration;

namespace Madang.Platform.Data;

/// <summary>The folder on this machine that holds what a node keeps: the private database, the folder blob store, caches.</summary>
/// <param name="Path">Absolute path; made at start when missing. Configured by <c>Data:Folder</c>, by default <c>data</c> below the working directory.</param>
public sealed record DataFolder(string Path)
{
    /// <summary>Reads <c>Data:Folder</c>.</summary>
    /// <param name="configuration">The host's configuration.</param>
    public static DataFolder From(IConfiguration configuration)
    {
        var folder = configuration["Data:Folder"];
        return new DataFolder(System.IO.Path.GetFullPath(string.IsNullOrWhiteSpace(folder) ? "data" : folder));
    }

    /// <summary>The absolute path of something inside the folder.</summary>
    /// <param name="parts">Path segments below the folder.</param>
    public string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);
}
