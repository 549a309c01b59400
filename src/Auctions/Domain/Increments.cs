namespace Madang.Auctions.Domain;

/// <summary>One band of the table: prices below <paramref name="Below"/> rise by <paramref name="Step"/>.</summary>
internal readonly record struct Band(long Below, long Step);

/// <summary>By how much a price rises, by the price. Steps never shrink with the price, so that a higher bid never asks for less.</summary>
internal sealed class Increments
{
    /// <summary>For won.</summary>
    public static readonly Increments Default = new(
        [new(10_000, 500), new(50_000, 1_000), new(100_000, 2_000), new(500_000, 5_000), new(1_000_000, 10_000), new(5_000_000, 50_000)], above: 100_000);

    private readonly Band[] _bands;
    private readonly long _above;

    public Increments(IEnumerable<Band> bands, long above)
    {
        (_bands, _above) = ([.. bands], above);
        if (!IsTable(_bands, above))
            throw new ArgumentException("Increments are above zero, and neither their bands nor their steps shrink.", nameof(bands));
    }

    public static bool IsTable(IReadOnlyList<Band> bands, long above)
    {
        var (below, step) = (0L, 1L);
        foreach (var band in bands)
        {
            if (band.Below <= below || band.Step < step)
                return false;
            (below, step) = (band.Below, band.Step);
        }
        return above >= step;
    }

    /// <summary>The step at a price.</summary>
    public long At(long price)
    {
        foreach (var band in _bands)
            if (price < band.Below)
                return band.Step;
        return _above;
    }
}
