namespace Madang.Platform.Web;

/// <summary>Addresses that a request asks to be led to afterwards: only ours are followed, or anybody's link could lead from us to a page that looks like ours.</summary>
public static class LocalPath
{
    /// <summary>The path when it stays on this site, else the start page.</summary>
    /// <param name="path">What the request says.</param>
    public static string Of(string? path) => IsLocal(path) ? path! : "/";

    // "//elsewhere" and "/\elsewhere" are other hosts to a browser. A header carries ASCII; browsers escape the rest.
    private static bool IsLocal(string? path) =>
        path is ['/'] || (path is ['/', var second, ..] && path.Length <= 2000 && second is not ('/' or '\\') && path.All(letter => letter is > ' ' and < (char)0x7F));
}
