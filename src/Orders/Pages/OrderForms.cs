using Madang.Orders.Domain;
using Madang.Orders.Features;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Orders.Pages;

/// <summary>A parcel, as it stands in the form.</summary>
public sealed class ShipForm
{
    /// <summary>Who brings it.</summary>
    public string? Carrier { get; set; }

    /// <summary>The tracking number.</summary>
    public string? Number { get; set; }
}

/// <summary>A single field.</summary>
public sealed class WordForm
{
    /// <summary>What was typed.</summary>
    public string? Text { get; set; }
}

/// <summary>A review, as it stands in the form.</summary>
public sealed class ReviewForm
{
    /// <summary>1 to 5; 0: not chosen.</summary>
    public int Stars { get; set; }

    /// <summary>In the writer's words.</summary>
    public string? Text { get; set; }
}

/// <summary>Buttons without anything to type, and the form with pictures. They are plain forms, so that they work without scripts.</summary>
internal static class OrderForms
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var order = routes.MapGroup("/orders/{id:guid}").RequireMember().ExcludeFromDescription();
        Button(order, "delivered", new SayDelivered());
        Button(order, "confirm", new Confirm());
        Button(order, "cancel", new Cancel());
        order.MapPost("/complain", async Task<IResult> (Guid id, [FromForm] string? reason, [FromForm] string? text, IFormFileCollection files, Complaints complaints, HttpContext context) =>
        {
            if ((await complaints.MakeAsync(OrderActs.Me(context), id, reason, text, files, context.RequestAborted)).Failure is not { } failure)
                return TypedResults.Redirect($"/orders/{id}?done=1");
            // Pictures have to be chosen again, as browsers keep none; the words stay.
            context.Response.StatusCode = failure.Status;
            return Design.PageResult.Of<ComplainPage>(new Dictionary<string, object?>
            {
                [nameof(ComplainPage.Id)] = id,
                [nameof(ComplainPage.Reason)] = reason,
                [nameof(ComplainPage.Words)] = text,
                [nameof(ComplainPage.Failed)] = failure.Code,
            });
        }).TakesSmallForm(Complaints.MostFormBytes).DisableAntiforgery();
    }

    private static void Button(RouteGroupBuilder order, string path, OrderCommand command) =>
        order.MapPost(path, async Task<RedirectHttpResult> (Guid id, OrderActs acts, HttpContext context) => TypedResults.Redirect(
            (await acts.MoveAsync(OrderActs.Me(context), id, command, context.RequestAborted)).Failure is { } failure ? $"/orders/{id}?failure={Uri.EscapeDataString(failure.Code)}" : $"/orders/{id}?done=1"));
}
