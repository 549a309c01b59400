using System.Diagnostics.CodeAnalysis;

namespace Madang.Platform.Web;

/// <summary>A value, or the refusal in its place.</summary>
/// <typeparam name="T">What success gives.</typeparam>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Failure? failure) => (_value, Failure) = (value, failure);

    /// <summary>The refusal, or null on success.</summary>
    public Failure? Failure { get; }

    /// <summary>The value.</summary>
    /// <exception cref="FailureException">It was refused.</exception>
    public T Value => Failure is null ? _value! : throw new FailureException(Failure);

    /// <summary>Takes the result apart: true with the value, or false with the refusal.</summary>
    /// <param name="value">The value on success.</param>
    /// <param name="failure">The refusal otherwise.</param>
    public bool Succeeded([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Failure? failure)
    {
        (value, failure) = (_value, Failure);
        return failure is null;
    }

    /// <summary>Success.</summary>
    /// <param name="value">What it gives.</param>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>Refusal.</summary>
    /// <param name="failure">Why.</param>
    public static implicit operator Result<T>(Failure failure) => new(default, failure);
}
