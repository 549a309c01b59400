using System.Globalization;
using Madang.Market.Domain;
using Madang.Market.Features;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Madang.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Market.Pages;

/// <summary>A draft was written.</summary>
/// <param name="At">When, on the clock on the wall: hours and minutes.</param>
public sealed record DraftSaved(string At);

/// <summary>
/// What the editor's script posts while somebody types into a draft: the same fields as the form, of which the pictures are there already. A field that makes no sense is named,
/// and nothing is written.
/// </summary>
internal sealed class DraftForm(ListingStore store, SaveListing save, Money money, WalletZone zone, ListingWords say)
{
    private const long MostBytes = 200_000;

    private const int MostVersions = 50;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/market/editor/draft", async Task<Results<Ok<DraftSaved>, ProblemHttpResult>> (DraftForm draft, HttpContext context) =>
        {
            if (!context.Request.HasFormContentType)
                return new Failure("listing.form", "Send a form; programs use /api/listings.", StatusCodes.Status415UnsupportedMediaType).ToProblem();
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            return (await draft.HandleAsync(context.Caller()!.MemberId!.Value, EditorInput.Of(form), Versions(form["over"]), Versions(form["version"]), context.RequestAborted)).Succeeded(out var saved, out var failure)
                ? TypedResults.Ok(saved)
                : failure.ToProblem(context);
        })
        .RequireMember().TakesSmallForm(MostBytes).DisableAntiforgery().ExcludeFromDescription();

    private async Task<Result<DraftSaved>> HandleAsync(Guid seller, EditorInput input, IReadOnlyList<Guid> over, IReadOnlyList<Guid> named, CancellationToken cancellation)
    {
        if (input.Id is not { } id || await store.FindAsync(id, cancellation) is not { } before || before.SellerId != seller)
            return ListingFailures.Unknown;
        if (named is not [var version])
            return new Failure("listing.version", "Name this writing by a new id in `version`, and in `over` the versions that it may be written over.");
        if (!input.Read(money, zone, before).Succeeded(out var content, out var failure)
            || !(await save.AutosaveAsync(id, seller, content, over, version, cancellation)).Succeeded(out var written, out failure))
            return Told(failure);
        return new DraftSaved(zone.Local(written).ToString("HH:mm", CultureInfo.InvariantCulture));
    }

    private static IReadOnlyList<Guid> Versions(string? ids) =>
        [.. (ids ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(MostVersions).Select(text => Guid.TryParse(text, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty)];

    /// <summary>In the words that the page would say beside the fields.</summary>
    private Failure Told(Failure failure)
    {
        var errors = FieldErrors.Of(failure);
        return errors.Count == 0 ? failure : failure with
        {
            Extra = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["errors"] = errors.ToDictionary(error => error.Key, error => error.Value with { Detail = say.Wrong(error.Value) }, StringComparer.Ordinal),
            },
        };
    }
}
