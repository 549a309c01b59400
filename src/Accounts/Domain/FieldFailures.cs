using Madang.Platform.Web;

namespace Madang.Accounts.Domain;

/// <summary>What is wrong with one field of a form.</summary>
/// <param name="Code">Stable, as a failure's.</param>
/// <param name="Detail">How to mend it.</param>
public sealed record FieldError(string Code, string Detail);

/// <summary>Gathers what is wrong with the fields of a form, so that a person is told all of it at once.</summary>
internal sealed class FieldFailures
{
    private readonly Dictionary<string, FieldError> _wrong = new(StringComparer.Ordinal);
    private Failure? _first;

    /// <summary>The value, or a default once its refusal is noted under the field's name in the API.</summary>
    public T? Take<T>(string field, Result<T> result)
    {
        if (result.Succeeded(out var value, out var failure))
            return value;
        Add(field, failure);
        return default;
    }

    public void Add(string field, Failure? failure)
    {
        if (failure is null)
            return;
        _first ??= failure;
        _wrong.TryAdd(field, new(failure.Code, failure.Detail));
    }

    /// <summary>The first refusal, with all of them by field in its <c>errors</c>; null when nothing was wrong.</summary>
    public Failure? Failure => _first is null ? null : _first with
    {
        Extra = new Dictionary<string, object?>(_first.Extra ?? new Dictionary<string, object?>(), StringComparer.Ordinal) { ["errors"] = _wrong },
    };

    /// <summary>A refusal of one field.</summary>
    public static Failure One(string field, Failure failure)
    {
        var wrong = new FieldFailures();
        wrong.Add(field, failure);
        return wrong.Failure!;
    }

    /// <summary>What a refusal says of its fields.</summary>
    public static IReadOnlyDictionary<string, FieldError> Of(Failure? failure) =>
        failure?.Extra?.GetValueOrDefault("errors") as IReadOnlyDictionary<string, FieldError> ?? new Dictionary<string, FieldError>(StringComparer.Ordinal);
}
