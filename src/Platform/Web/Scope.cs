namespace Madang.Platform.Web;

/// <summary>Something that an API key may be allowed to do. Modules register theirs as singletons, so that keys can only be made with scopes that exist.</summary>
/// <param name="Name">Module and act: <c>images:write</c>.</param>
/// <param name="Description">What it allows, in a few words.</param>
public sealed record Scope(string Name, string Description);
