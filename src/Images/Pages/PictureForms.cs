using Madang.Images.Delivery;
using Madang.Images.Features;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Images.Pages;

/// <summary>The buttons of a picture's page that lead elsewhere. They are plain forms, so that they work without scripts.</summary>
internal static class PictureForms
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var forms = routes.MapGroup("/images/{id:guid}").RequireOperator().ExcludeFromDescription();
        forms.MapPost("/purge", async (Guid id, ManageImages images, CancellationToken cancellation) =>
            To($"/images/{id}?done=purged", (await images.PurgeAsync(id, cancellation)).Failure));
        forms.MapPost("/delete", async (Guid id, ManageImages images, CancellationToken cancellation) =>
            To("/images?done=deleted", await images.DeleteAsync(id, evenPrivate: false, cancellation)));
        // Where addresses must be signed, the page's script cannot make them; this signs what the operator asks for.
        forms.MapGet("/rendition", (Guid id, HttpRequest request, DeliveryRules rules) =>
            TypedResults.Redirect(rules.SignedWhereNeeded($"/cdn/{id}", request.QueryString.Value?.TrimStart('?') ?? "")));
    }

    // A picture that is gone has no page to go back to.
    private static Results<RedirectHttpResult, StatusCodeHttpResult> To(string page, Failure? failure) =>
        failure is null ? TypedResults.Redirect(page) : TypedResults.StatusCode(failure.Status);
}
