using Microsoft.AspNetCore.Http;

namespace Madang.Design;

/// <summary>Keeps the language that somebody chose in the header, where it is kept for longer than a cookie is: with the account.</summary>
public interface ILanguageChoice
{
    /// <summary>Called when a person chose; it may be a stranger.</summary>
    /// <param name="context">The request.</param>
    /// <param name="language"><c>ko</c> or <c>en</c>.</param>
    Task Save(HttpContext context, string language);
}
