using FsCheck;
using FsCheck.Fluent;

namespace Madang.Tests.Images;

/// <summary>FsCheck, in a form that reads like a sentence and fails like an assertion.</summary>
internal static class Property
{
    public static void Holds<T>(Gen<T> of, Func<T, bool> rule, int tests = 500) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(tests), Prop.ForAll(of.ToArbitrary(), rule));

    /// <summary>Sides from 1 to 16383, with the small, the extreme and the square ones that uniform numbers seldom hit.</summary>
    public static Gen<int> Side { get; } = Gen.OneOf(Gen.Choose(1, 16383), Gen.Choose(1, 40), Gen.Elements(1, 2, 3, 100, 4096, 10_000, 16383));

    public static Gen<T?> Maybe<T>(Gen<T> of) where T : struct => Gen.OneOf(of.Select(value => (T?)value), Gen.Constant((T?)null));
}
