namespace Madang.Images.Caching;

/// <summary>A result that owns something, such as an open file: whoever gets it disposes of it, and each gets an own share.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IShared<out TSelf> : IDisposable
{
    /// <summary>Another share of the same thing, to be disposed of separately.</summary>
    TSelf Share();
}
