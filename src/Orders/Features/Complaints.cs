using Madang.Images;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>What the seller says to a complaint.</summary>
/// <param name="Text">1 to 1,000 letters.</param>
public sealed record AnswerComplaintRequest(string? Text);

/// <summary>
/// The buyer complains, with pictures; the seller says his side once. While a complaint is open no money moves by itself. Pictures are taken in first and kept in the
/// transaction that stops the order, so that a crash in between leaves neither. They show people's homes and parcels: buyer, seller and operator see them, and nobody else.
/// </summary>
internal sealed class Complaints(NpgsqlDataSource source, OrderStore orders, ComplaintStore complaints, MoveOrder move, IPictures pictures, Announce announce, TimeProvider time)
{
    public const int MostPictures = 5;

    public const int PictureSide = 480;

    public const int MostText = 1_000;

    public const long MostBytes = 10_000_000;

    public const long MostFormBytes = (MostPictures * MostBytes) + 1_000_000;

    public static readonly IReadOnlyList<string> Reasons = ["not_arrived", "not_as_described", "damaged", "fake", "other"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var order = routes.MapGroup("/api/orders/{id:guid}/complaint").RequireMember().WithTags("Orders");
        // Access checks for forgery, and lets programs be.
        order.MapPost("", async Task<Results<Ok<OrderResource>, ProblemHttpResult>> (
                    Guid id, [FromForm] string? reason, [FromForm] string? text, IFormFileCollection files, Complaints complaints, ShowOrder show, HttpContext context) =>
                await OrderActs.AnswerAsync(await complaints.MakeAsync(OrderActs.Me(context), id, reason, text, files, context.RequestAborted), id, show, context))
            .TakesSmallForm(MostFormBytes).DisableAntiforgery()
            .WithSummary("Complain about what came, or did not: a form with `reason`, `text`, and up to five pictures in `pictures`. Stops the payout until the operator has decided");
        order.MapPost("/answer", async Task<Results<Ok<OrderResource>, ProblemHttpResult>> (Guid id, AnswerComplaintRequest request, Complaints complaints, ShowOrder show, HttpContext context) =>
                await OrderActs.AnswerAsync(await complaints.AnswerAsync(OrderActs.Me(context), id, request.Text, context.RequestAborted), id, show, context))
            .WithSummary("The seller's side of a complaint, once");
        order.MapGet("/pictures/{place:int}", (Guid id, int place, Complaints complaints, HttpContext context) => complaints.SendToSideAsync(context, id, place, OrderActs.Me(context)))
            .WithSummary("A picture of a complaint of yours, or against you, as a square");
        routes.MapGet("/api/operator/orders/{id:guid}/complaint/pictures/{place:int}", (Guid id, int place, Complaints complaints, HttpContext context) => complaints.SendAsync(context, id, place))
            .RequireOperator().WithTags("Orders (operator)").WithSummary("A picture of any complaint, as a square");
    }

    /// <summary>Where a picture is to be had by who looks at the order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="place">The picture's, from 1.</param>
    /// <param name="actor">Who looks.</param>
    public static string PictureUrl(Guid order, int place, Actor actor) => $"/api/{(actor is Actor.Operator ? "operator/" : "")}orders/{order}/complaint/pictures/{place}";

    public async Task<Result<Order>> MakeAsync(Guid member, Guid id, string? reason, string? text, IFormFileCollection files, CancellationToken cancellation)
    {
        if (reason is null || !Reasons.Contains(reason))
            return new Failure("complaint.reason", $"The reason is one of: {string.Join(", ", Reasons)}.");
        if (Wording.Lines(text, MostText) is not { Length: > 0 } words)
            return new Failure("complaint.text", $"Say what is wrong, in up to {MostText} letters.");
        var sent = files.Where(file => file.Length > 0).ToList();
        if (sent.Count > MostPictures)
            return new Failure("complaint.pictures", $"At most {MostPictures} pictures.");
        // Asked first, so that nobody uploads for an order that takes no complaint.
        if ((await move.AskAsync(member, id, new Complain(), cancellation)) is { } refused)
            return refused;

        var added = new List<Guid>();
        var made = await AddAsync(member, sent, added, cancellation) is { } wrong ? wrong : await InsertAsync(member, id, reason, words, added, cancellation);
        // What was taken in for nothing goes at once, and not when its hour is over.
        if (made.Failure is not null && added.Count > 0)
            await source.InTransaction(async tx =>
            {
                foreach (var picture in added)
                    await pictures.Delete(tx, picture);
            }, CancellationToken.None);
        return made;
    }

    private async Task<Failure?> AddAsync(Guid member, IReadOnlyList<IFormFile> sent, List<Guid> added, CancellationToken cancellation)
    {
        foreach (var file in sent)
        {
            await using var content = file.OpenReadStream();
            if (!(await pictures.AddPrivate(content, "complaint", MostBytes, $"member:{member:N}", cancellation)).Succeeded(out var picture, out var failure))
                return failure;
            added.Add(picture);
        }
        return null;
    }

    private Task<Result<Order>> InsertAsync(Guid member, Guid id, string reason, string words, IReadOnlyList<Guid> added, CancellationToken cancellation) =>
        move.BySideAsync(member, id, new Complain(), cancellation, async (tx, order) =>
        {
            await ComplaintStore.InsertAsync(tx, order.Id, reason, words, added, time.GetUtcNow());
            foreach (var picture in added)
            {
                if (!await pictures.Keep(tx, picture))
                    return new Failure("picture.interrupted", "A picture could not be kept. Send it again.", StatusCodes.Status503ServiceUnavailable);
            }
            return null;
        });

    private async Task SendToSideAsync(HttpContext context, Guid id, int place, Guid member)
    {
        if (await orders.FindAsync(id, context.RequestAborted) is { } row && (row.BuyerId == member || row.SellerId == member))
            await SendAsync(context, id, place);
        else
            await MoveOrder.Unknown.WriteTo(context);
    }

    private async Task SendAsync(HttpContext context, Guid id, int place)
    {
        if (await complaints.FindPictureAsync(id, place, context.RequestAborted) is { } picture)
            await pictures.SendSquare(context, picture, PictureSide);
        else
            await new Failure("complaint.picture_unknown", "The complaint has no such picture, or not any more.", StatusCodes.Status404NotFound).WriteTo(context);
    }

    public async Task<Result<Guid>> AnswerAsync(Guid member, Guid id, string? text, CancellationToken cancellation)
    {
        if (Wording.Lines(text, MostText) is not { Length: > 0 } words)
            return new Failure("complaint.text", $"Say your side in up to {MostText} letters.");
        return await source.InTransaction<Result<Guid>>(async tx =>
        {
            if (await OrderStore.LockAsync(tx, id) is not { } row || (row.SellerId != member && row.BuyerId != member))
                return MoveOrder.Unknown;
            if (row.SellerId != member)
                return new Failure("order.not_seller", "Only the seller may do this.", StatusCodes.Status403Forbidden);
            if (row.State != "disputed" || !await ComplaintStore.AnswerAsync(tx, id, words, time.GetUtcNow()))
                return new Failure("complaint.closed", "There is no complaint that waits for your answer.", StatusCodes.Status409Conflict);
            await announce.Tell(tx, row.ToDomain(), row.BuyerId, Announce.Answered);
            return id;
        }, cancellation);
    }
}
