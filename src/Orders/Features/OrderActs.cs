using System.Security.Cryptography;
using Madang.Accounts;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Orders.Features;

/// <summary>How a thing that was won is to get here.</summary>
/// <param name="Delivery"><c>shipping</c> or <c>in_person</c>.</param>
/// <param name="AddressId">For shipping: an address of the own book.</param>
/// <param name="Address">For shipping: an address that is typed.</param>
public sealed record ChooseDeliveryRequest(string? Delivery, Guid? AddressId = null, TypedAddress? Address = null);

/// <summary>A parcel that was given to a carrier.</summary>
/// <param name="Carrier">Who brings it, 1 to 40 letters.</param>
/// <param name="TrackingNumber">By what it is found there: 1 to 40 letters, digits and hyphens.</param>
public sealed record ShipRequest(string? Carrier, string? TrackingNumber);

/// <summary>The code that the buyer gave.</summary>
/// <param name="Code">Six digits.</param>
public sealed record HandOverRequest(string? Code);

/// <summary>The code that a buyer gives to the seller when they have met and the thing is good.</summary>
/// <param name="Code">Six digits. Shown this once; asking again makes another, and this one void.</param>
public sealed record HandOverCodeResource(string Code);

/// <summary>What buyer and seller do to their order, one step each.</summary>
internal sealed class OrderActs(MoveOrder move, ReadDelivery deliveries, AddressStore addresses)
{
    public const int MostWord = 40;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var order = routes.MapGroup("/api/orders/{id:guid}").RequireMember().WithTags("Orders");
        Step<ChooseDeliveryRequest>(order, "delivery", (acts, member, id, request, ct) => acts.ChooseDeliveryAsync(member, id, request, ct))
            .WithSummary("Say how it gets to you: for what was won, or while it was not shipped");
        Step<ShipRequest>(order, "shipment", (acts, member, id, request, ct) => acts.ShipAsync(member, id, request, ct))
            .WithSummary("The seller has sent it: carrier and tracking number. Again to correct them");
        Step(order, "delivered", (acts, member, id, ct) => acts.MoveAsync(member, id, new SayDelivered(), ct)).WithSummary("It has arrived, says either side");
        Step(order, "confirm", (acts, member, id, ct) => acts.MoveAsync(member, id, new Confirm(), ct)).WithSummary("The buyer is content: the seller is paid");
        Step(order, "cancel", (acts, member, id, ct) => acts.MoveAsync(member, id, new Cancel(), ct))
            .WithSummary("Call it off before it is sent: the seller at any time, the buyer when the seller is late. The buyer gets everything back");
        Step<HandOverRequest>(order, "hand-over", (acts, member, id, request, ct) => acts.HandOverAsync(member, id, request.Code, ct))
            .WithSummary("The seller enters the buyer's code: five tries a code");
        order.MapPost("/code", async Task<Results<Ok<HandOverCodeResource>, ProblemHttpResult>> (Guid id, OrderActs acts, HttpContext context) =>
                (await acts.ShowCodeAsync(Me(context), id, context.RequestAborted)).Succeeded(out var code, out var failure) ? Unkept(context, code) : failure.ToProblem(context))
            .WithSummary("Show the buyer's code for handing over in person; the one before is void");
    }

    public async Task<Result<Order>> ChooseDeliveryAsync(Guid member, Guid id, ChooseDeliveryRequest request, CancellationToken cancellation)
    {
        if (!(await deliveries.HandleAsync(member, request.Delivery, request.AddressId, request.Address, cancellation)).Succeeded(out var wish, out var wrong))
            return wrong;
        var address = wish.Address is { } known ? addresses.Seal(id, known) : null;
        return await move.BySideAsync(member, id, new ChooseDelivery(wish.Delivery), cancellation, async (tx, order) =>
        {
            await AddressStore.PutAsync(tx, order.Id, address);
            return null;
        });
    }

    public async Task<Result<Order>> ShipAsync(Guid member, Guid id, ShipRequest request, CancellationToken cancellation)
    {
        if (Wording.Line(request.Carrier, MostWord) is not { Length: > 0 } carrier)
            return new Failure("order.carrier", $"Name who brings it, in up to {MostWord} letters.");
        if (Wording.Line(request.TrackingNumber, MostWord) is not { Length: > 0 } number || !number.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or ' '))
            return new Failure("order.tracking", $"A tracking number has up to {MostWord} letters, digits and hyphens.");
        return await MoveAsync(member, id, new Ship(new Shipment(carrier, number)), cancellation);
    }

    public Task<Result<Order>> HandOverAsync(Guid member, Guid id, string? code, CancellationToken cancellation) => MoveAsync(member, id, new HandOver(code ?? ""), cancellation);

    public async Task<Result<HandOverCodeResource>> ShowCodeAsync(Guid member, Guid id, CancellationToken cancellation)
    {
        var (text, code) = HandOverCode.Of(RandomNumberGenerator.GetInt32(1_000_000), RandomNumberGenerator.GetBytes(16));
        return (await MoveAsync(member, id, new ShowCode(code), cancellation)).Succeeded(out _, out var failure) ? new HandOverCodeResource(text) : failure;
    }

    public Task<Result<Order>> MoveAsync(Guid member, Guid id, OrderCommand command, CancellationToken cancellation) => move.BySideAsync(member, id, command, cancellation);

    private static RouteHandlerBuilder Step<TRequest>(RouteGroupBuilder order, string path, Func<OrderActs, Guid, Guid, TRequest, CancellationToken, Task<Result<Order>>> act) =>
        order.MapPost(path, async Task<Results<Ok<OrderResource>, ProblemHttpResult>> (Guid id, TRequest request, OrderActs acts, ShowOrder show, HttpContext context) =>
            await AnswerAsync(await act(acts, Me(context), id, request, context.RequestAborted), id, show, context));

    private static RouteHandlerBuilder Step(RouteGroupBuilder order, string path, Func<OrderActs, Guid, Guid, CancellationToken, Task<Result<Order>>> act) =>
        order.MapPost(path, async Task<Results<Ok<OrderResource>, ProblemHttpResult>> (Guid id, OrderActs acts, ShowOrder show, HttpContext context) =>
            await AnswerAsync(await act(acts, Me(context), id, context.RequestAborted), id, show, context));

    /// <summary>The order as it is now, or why it did not move.</summary>
    public static async Task<Results<Ok<OrderResource>, ProblemHttpResult>> AnswerAsync<T>(Result<T> done, Guid id, ShowOrder show, HttpContext context) =>
        done.Failure is { } failure ? failure.ToProblem(context) : TypedResults.Ok((await show.ForMemberAsync(Me(context), id, context.RequestAborted)).Value);

    private static Ok<HandOverCodeResource> Unkept(HttpContext context, HandOverCodeResource code)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(code);
    }

    public static Guid Me(HttpContext context) => context.Caller()!.MemberId!.Value;
}
