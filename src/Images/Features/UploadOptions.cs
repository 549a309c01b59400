using System.Globalization;
using Madang.Platform.Web;

namespace Madang.Images.Features;

/// <summary>What an upload says beside the file.</summary>
/// <param name="Name">Instead of the file's own name.</param>
/// <param name="Sizes">Long edges to prepare, in pixels.</param>
/// <param name="CacheSeconds">How long browsers and caches keep it.</param>
internal sealed record UploadOptions(string? Name = null, IReadOnlyList<int>? Sizes = null, int? CacheSeconds = null)
{
    /// <summary>The longest value of a form field that is read.</summary>
    public const int MaxFieldLength = 4096;

    /// <summary>The longest caching time: a year, as HTTP caches count it.</summary>
    public const int MaxCacheSeconds = 31_536_000;

    /// <summary>Takes one form field in.</summary>
    public Result<UploadOptions> With(string field, string value, ImagesOptions limits) => field switch
    {
        "name" => this with { Name = value },
        "sizes" => ReadSizes(value, limits).Succeeded(out var sizes, out var failure) ? this with { Sizes = sizes } : failure,
        "cacheSeconds" => ReadCacheSeconds(value).Succeeded(out var seconds, out var failure) ? this with { CacheSeconds = seconds } : failure,
        _ => new Failure("upload.unknown_field", $"There is no field `{Shown(field)}`. Fields are `file`, `name`, `sizes` and `cacheSeconds`."),
    };

    /// <summary>The caching time within its bounds.</summary>
    public static Failure? CheckCacheSeconds(int seconds) => seconds is >= 0 and <= MaxCacheSeconds
        ? null
        : new Failure("image.cache_seconds", $"`cacheSeconds` must be a whole number from 0 to {MaxCacheSeconds} (a year).");

    private static Result<int> ReadCacheSeconds(string value)
    {
        var seconds = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : -1;
        return CheckCacheSeconds(seconds) is { } failure ? failure : seconds;
    }

    private static Result<IReadOnlyList<int>> ReadSizes(string value, ImagesOptions limits)
    {
        var refused = new Failure(
            "image.sizes", $"`sizes` must be at most {limits.MaxSizes} whole numbers from 1 to {limits.MaxSide} with commas between them, such as 320,640,1280: the long edge in pixels.");
        var sizes = new SortedSet<int>();
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size < 1 || size > limits.MaxSide)
                return refused;
            sizes.Add(size);
        }
        return sizes.Count <= limits.MaxSizes ? sizes.ToArray() : refused;
    }

    private static string Shown(string field) => field.Length > 40 ? field[..40] + "…" : field;
}
