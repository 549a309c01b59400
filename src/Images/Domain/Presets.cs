using System.Collections.Frozen;
using Microsoft.AspNetCore.WebUtilities;

namespace Madang.Images.Domain;

/// <summary>
/// Named transforms from the configuration: <c>Images:Presets:thumb = "w=200&amp;h=200&amp;fit=crop"</c> makes <c>?preset=thumb</c>. They are
/// read once, at start: a preset that cannot be read stops the start, instead of breaking pages later.
/// </summary>
internal sealed class Presets
{
    public static readonly Presets Empty = new(FrozenDictionary<string, Transform>.Empty);

    private readonly FrozenDictionary<string, Transform> _byName;

    private Presets(FrozenDictionary<string, Transform> byName) => _byName = byName;

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    /// <summary>For a refusal: the names that there are.</summary>
    public string Listing => _byName.Count == 0 ? " None is configured." : $" Known are {string.Join(", ", Names)}.";

    public Transform? Find(string name) => _byName.GetValueOrDefault(name);

    /// <exception cref="InvalidOperationException">A preset cannot be read; the message names it.</exception>
    public static Presets Read(IEnumerable<KeyValuePair<string, string>> configured, OutputLimits limits) =>
        new(configured.ToFrozenDictionary(
            preset => preset.Key,
            preset => TransformParser.Parse(QueryHelpers.ParseQuery(preset.Value), limits).Succeeded(out var transform, out var failure)
                ? transform
                : throw new InvalidOperationException($"Images:Presets:{preset.Key} = \"{preset.Value}\": {failure.Detail}"),
            StringComparer.Ordinal));
}
