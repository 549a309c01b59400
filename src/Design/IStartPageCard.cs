namespace Madang.Design;

/// <summary>What a module says about itself on the start page. Register one implementation a module; it may be scoped.</summary>
public interface IStartPageCard
{
    /// <summary>Smaller comes first.</summary>
    int Order { get; }

    /// <summary>The card as it is now, in the language of the request (<see cref="System.Globalization.CultureInfo.CurrentUICulture"/>).
    /// When this throws or takes longer than two seconds, the page says that the module does not answer.</summary>
    Task<StartPageCard> Describe(CancellationToken cancellationToken);
}

/// <summary>A module's card on the start page.</summary>
/// <param name="Title">The module's name.</param>
/// <param name="Summary">One sentence: what it does.</param>
/// <param name="Href">The page to start with.</param>
public sealed record StartPageCard(string Title, string Summary, string Href)
{
    /// <summary>Counts and states, already formatted, at most four.</summary>
    public IReadOnlyList<StartPageFact> Facts { get; init; } = [];

    /// <summary>Urls of recent pictures (small, square or cropped by the page), at most six.</summary>
    public IReadOnlyList<StartPagePicture> Pictures { get; init; } = [];

    /// <summary>A sentence when something needs a person, else null.</summary>
    public string? Warning { get; init; }
}

/// <summary>A labelled number on a card: <c>("Pictures", "1,204")</c>.</summary>
public sealed record StartPageFact(string Label, string Value);

/// <summary>A recent picture on a card.</summary>
/// <param name="Source">Address of a picture about 240 px wide.</param>
/// <param name="Name">Its name, read out by screen readers.</param>
/// <param name="Href">The page about it.</param>
public sealed record StartPagePicture(string Source, string Name, string Href);
