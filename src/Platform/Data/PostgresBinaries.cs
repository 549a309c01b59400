namespace Madang.Platform.Data;

/// <summary>Finds PostgreSQL's server programs: on PATH, else in the folders where packages put them, newest version first.</summary>
internal static class PostgresBinaries
{
    public static string Find(string program)
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return onPath.Concat(InstallFolders()).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"PostgreSQL's {program} was not found. Install it (apt-get install postgresql-15), or set ConnectionStrings:Madang to a server that runs elsewhere.");
    }

    private static IEnumerable<string> InstallFolders()
    {
        const string debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            : Enumerable.Empty<string>();
        return versions.Select(version => Path.Combine(version, "bin")).Concat(["/usr/pgsql/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin"]);
    }
}
