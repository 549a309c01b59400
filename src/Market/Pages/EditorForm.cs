using Madang.Design;
using Madang.Market.Domain;
using Madang.Market.Features;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Madang.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Madang.Market.Pages;

/// <summary>
/// What the editor posts, pictures and all. Where something is wrong it is shown again with all that was typed, and nothing was written; pictures that were taken in stay in the
/// form, and go by themselves if it is given up.
/// </summary>
internal sealed class EditorForm(ListingStore store, SaveListing save, PublishListing publish, UploadPictures upload, Money money, WalletZone zone)
{
    private const long MostFormBytes = 128_000_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/market/editor", async Task<IResult> (EditorForm editor, HttpContext context) => await editor.HandleAsync(context))
        .RequireMember().TakesSmallForm(MostFormBytes).DisableAntiforgery().ExcludeFromDescription();

    private async Task<IResult> HandleAsync(HttpContext context)
    {
        var aborted = context.RequestAborted;
        var seller = context.Caller()!.MemberId!.Value;
        if (!context.Request.HasFormContentType)
            return new Failure("listing.form", "Send a form; programs use /api/listings.", StatusCodes.Status415UnsupportedMediaType).ToProblem();
        var form = await context.Request.ReadFormAsync(aborted);
        var input = EditorInput.Of(form);
        var before = input.Id is { } known ? await store.FindAsync(known, aborted) : null;
        if (input.Id is not null && before?.SellerId != seller)
            return TypedResults.Redirect("/market/my");
        input = input with { IsLive = before?.Stands is ListingState.Live, Version = before?.Version };

        var errors = new Dictionary<string, FieldError>(StringComparer.Ordinal);
        input = await TakeAsync(form.Files, input, seller, errors, aborted);
        var act = form["do"].ToString().Split(':', 2);
        if (errors.Count > 0 || act[0] is "upload" or "left" or "right" or "remove")
            return Page(input with { Pictures = Moved(input.Pictures, act) }, errors);

        if (!input.Read(money, zone, before).Succeeded(out var content, out var failure) || (act[0] == "publish" || input.IsLive) && (failure = content.Missing()) is not null)
            return Page(input, FieldErrors.Of(failure), failure.Code);
        if (act[0] == "publish" && input.Id is null)
        {
            return (await publish.PublishNewAsync(seller, content, input.Form, aborted)).Succeeded(out var live, out failure)
                ? TypedResults.Redirect($"/market/{live}")
                : Page(input, FieldErrors.Of(failure), failure.Code);
        }
        var id = input.Id ?? Guid.Empty;
        if (input.Id is not null)
            failure = await save.ChangeAsync(id, seller, content, aborted);
        else if (!(await save.CreateAsync(seller, content, input.Form, aborted)).Succeeded(out id, out failure))
            id = Guid.Empty;
        if (failure is null && act[0] == "publish" && !input.IsLive)
            failure = await publish.PublishAsync(id, seller, aborted);
        if (failure is not null)
            return Page(input, FieldErrors.Of(failure), failure.Code);
        return TypedResults.Redirect(act[0] == "save" && !input.IsLive ? $"/market/{id}/edit?done=saved" : $"/market/{id}");
    }

    /// <summary>Files that came with the form, from a browser without scripts.</summary>
    private async Task<EditorInput> TakeAsync(IFormFileCollection files, EditorInput input, Guid seller, Dictionary<string, FieldError> errors, CancellationToken cancellation)
    {
        foreach (var file in files.GetFiles("files").Where(file => file.Length > 0))
        {
            if (input.Pictures.Count >= ListingContent.MostPictures)
                errors["pictures"] = new("listing.pictures", $"At most {ListingContent.MostPictures} pictures.");
            else if ((await upload.HandleAsync(seller, file, cancellation)).Succeeded(out var picture, out var failure))
                input = input with { Pictures = [.. input.Pictures, picture.Id] };
            else
                errors["pictures"] = new(failure.Code, failure.Detail);
        }
        return input;
    }

    private static IReadOnlyList<Guid> Moved(IReadOnlyList<Guid> pictures, string[] act)
    {
        if (act.Length < 2 || !Guid.TryParse(act[1], out var picture) || !pictures.Contains(picture))
            return pictures;
        var moved = pictures.ToList();
        var place = moved.IndexOf(picture);
        moved.RemoveAt(place);
        if (act[0] != "remove")
            moved.Insert(Math.Clamp(place + (act[0] == "left" ? -1 : 1), 0, moved.Count), picture);
        return moved;
    }

    private static IResult Page(EditorInput input, IReadOnlyDictionary<string, FieldError> errors, string? failure = null) => PageResult.Of<ListingEditor>(
        new Dictionary<string, object?>(StringComparer.Ordinal) { ["Input"] = input, ["Unsaved"] = true, ["Errors"] = errors, ["Failure"] = errors.Count > 0 ? null : failure });
}
