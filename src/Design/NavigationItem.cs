using Madang.Platform.Web;

namespace Madang.Design;

/// <summary>
/// An entry of the main navigation. A module registers as many as it has screens to offer:
/// <c>services.AddSingleton(new NavigationItem("/images", typeof(ImagesText), "Navigation.Images", Order: 100))</c>.
/// </summary>
/// <param name="Href">Where it leads, from the root: <c>/images</c>.</param>
/// <param name="Texts">The marker class of the module's resource files.</param>
/// <param name="ResourceKey">The key of the label in these resource files.</param>
/// <param name="Order">Smaller comes first.</param>
/// <param name="For">Who sees it. Hiding protects nothing: the page must ask for itself.</param>
/// <param name="InMenu">True: in the person's own menu at the right, not in the main row.</param>
public sealed record NavigationItem(string Href, Type Texts, string ResourceKey, int Order = 0, Audience For = Audience.Everyone, bool InMenu = false);

/// <summary>Who sees something.</summary>
public enum Audience
{
    /// <summary>Strangers too.</summary>
    Everyone,

    /// <summary>Signed-in members.</summary>
    Members,

    /// <summary>The operator.</summary>
    Operators,
}

/// <summary>Tells who is looking.</summary>
public static class AudienceOfCaller
{
    /// <summary>Whether <paramref name="caller"/> is one of them.</summary>
    /// <param name="audience">Who sees it.</param>
    /// <param name="caller">Who is looking; null for a stranger.</param>
    public static bool Includes(this Audience audience, Caller? caller) => audience switch
    {
        Audience.Members => caller?.MemberId is not null,
        Audience.Operators => caller is { IsOperator: true },
        _ => true,
    };
}

/// <summary>A small component in the header, such as a bell with a count. It decides itself whether it shows anything.</summary>
/// <param name="Component">A Razor component without parameters.</param>
/// <param name="Order">Smaller comes first.</param>
public sealed record HeaderTool(Type Component, int Order = 0);
