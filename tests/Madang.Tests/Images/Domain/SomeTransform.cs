using FsCheck;
using FsCheck.Fluent;
using Madang.Images.Domain;
using Microsoft.AspNetCore.WebUtilities;

namespace Madang.Tests.Images.Domain;

/// <summary>Makes requests and sources of every kind.</summary>
internal static class SomeTransform
{
    /// <summary>A query as a client may write it: any parameters, any order.</summary>
    public static Gen<string> Query { get; } =
        from parameters in Gen.Shuffle(new[] { "w", "h", "dpr", "fit", "crop", "fm", "q", "bg", "enlarge", "v" })
        from count in Gen.Choose(0, parameters.Length)
        from seeds in Gen.Choose(0, int.MaxValue - 1).ArrayOf(parameters.Length)
        select string.Join('&', parameters.Take(count).Select((name, index) => $"{name}={Value(name, seeds[index])}"));

    public static Gen<SourceShape> Source { get; } =
        from width in Property.Side
        from height in Property.Side
        from alpha in Gen.Elements(true, false)
        from animated in Gen.Elements(true, false)
        select new SourceShape(new(width, height), alpha, animated);

    public static Gen<OutputLimits> Limits { get; } =
        Gen.Elements(OutputLimits.Default, new OutputLimits(16383, 1_000_000), new OutputLimits(16383, 500), new OutputLimits(1000, 300_000), new OutputLimits(64, 64));

    public static Transform Read(string query, OutputLimits? limits = null) =>
        TransformParser.Parse(QueryHelpers.ParseQuery(query), limits ?? OutputLimits.Default).Value;

    private static string Value(string name, int seed) => name switch
    {
        "w" or "h" => $"{(seed % 3 == 0 ? (seed % 16383) + 1 : (seed % 64) + 1)}",
        "dpr" => new[] { "1", "2", "1.5", "0.5", "5", "3.25" }[seed % 6],
        "fit" => new[] { "clip", "crop", "fill", "max" }[seed % 4],
        "crop" => new[] { "center", "top", "left,bottom", "bottom,right", "right" }[seed % 5],
        "fm" => new[] { "auto", "webp", "avif", "jpg", "png", "gif" }[seed % 6],
        "q" => $"{(seed % 100) + 1}",
        "bg" => new[] { "fff", "ff8800", "transparent" }[seed % 3],
        "enlarge" => $"{seed % 2}",
        _ => $"{seed}",
    };
}
