using Madang.Platform.Web;

namespace Madang.Market.Domain;

/// <summary>What is wrong with one field of a form.</summary>
/// <param name="Code">Stable, as a failure's.</param>
/// <param name="Detail">How to mend it.</param>
public sealed record FieldError(string Code, string Detail);

/// <summary>Gathers what is wrong with the fields of a form, so that a person is told all of it at once.</summary>
internal sealed class FieldErrors
{
    private readonly Dictionary<string, FieldError> _wrong = new(StringComparer.Ordinal);

    public void Add(string field, string code, string detail) => _wrong.TryAdd(field, new($"listing.{code}", detail));

    /// <summary>The first refusal, with all of them by field in its <c>errors</c>; null when nothing was wrong.</summary>
    public Failure? Failure => _wrong.Count == 0 ? null : new Failure(_wrong.First().Value.Code, _wrong.First().Value.Detail)
    {
        Extra = new Dictionary<string, object?>(StringComparer.Ordinal) { ["errors"] = _wrong },
    };

    /// <summary>What a refusal says of its fields.</summary>
    public static IReadOnlyDictionary<string, FieldError> Of(Failure? failure) =>
        failure?.Extra?.GetValueOrDefault("errors") as IReadOnlyDictionary<string, FieldError> ?? new Dictionary<string, FieldError>(StringComparer.Ordinal);
}
