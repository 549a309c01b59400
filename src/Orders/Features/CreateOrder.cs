using System.Security.Cryptography;
using System.Text.Json;
using Madang.Accounts;
using Madang.Market;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>Buys a listing at its fixed price.</summary>
/// <param name="Listing">What.</param>
/// <param name="Delivery"><c>shipping</c> or <c>in_person</c>.</param>
/// <param name="AddressId">For shipping: an address of the own book.</param>
/// <param name="Address">For shipping: an address that is typed.</param>
/// <param name="Price">What the buyer saw it for, in minor units; when it costs something else by now nothing is bought. Absent: at any price.</param>
public sealed record CreateOrderRequest(Guid Listing, string? Delivery, Guid? AddressId = null, TypedAddress? Address = null, long? Price = null);

/// <summary>
/// One sale only: whoever locks the listing first buys it. The listing, the points and the order are one transaction; a buyer who asks again with the same key after a
/// broken connection gets the order that he has.
/// </summary>
internal sealed class CreateOrder(
    NpgsqlDataSource source, IListings listings, IWallet wallet, ReadDelivery deliveries, AddressStore addresses, Announce announce, Terms terms, IOptions<OrdersOptions> options, TimeProvider time)
{
    public const string KeyHeader = "Idempotency-Key";

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/orders", async Task<Results<Created<OrderResource>, ProblemHttpResult>> (
            CreateOrderRequest request, [FromHeader(Name = KeyHeader)] string? key, CreateOrder create, ShowOrder show, HttpContext context) =>
        {
            var member = context.Caller()!.MemberId!.Value;
            if (!(await create.HandleAsync(member, key, request, context.RequestAborted)).Succeeded(out var order, out var failure))
                return failure.ToProblem(context);
            return TypedResults.Created($"/api/orders/{order}", (await show.ForMemberAsync(member, order, context.RequestAborted)).Value);
        })
        .RequireMember().WithTags("Orders").WithSummary("Buy a listing at its fixed price; needs an Idempotency-Key. Of many who try at once one buys, the others get 409 `listing.sold`");

    public static Failure KeyReused => new("order.key_reused", "This Idempotency-Key was used for something else.", StatusCodes.Status409Conflict);

    public async Task<Result<Guid>> HandleAsync(Guid buyer, string? key, CreateOrderRequest request, CancellationToken cancellation)
    {
        if (key is not { Length: >= 1 and <= 200 } || key.Any(letter => letter is <= ' ' or >= '\x7f'))
            return new Failure("order.key", $"Send the header `{KeyHeader}` with 1 to 200 letters of your own making, the same for every repeat.");
        if (!(await deliveries.HandleAsync(buyer, request.Delivery, request.AddressId, request.Address, cancellation)).Succeeded(out var wish, out var wrong))
            return wrong;
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var sealedAddress = wish.Address is { } address ? addresses.Seal(id, address) : null;
        var digest = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { request.Listing, wish.Delivery, wish.Address, request.Price }));
        try
        {
            return await source.InTransaction(tx => WriteAsync(tx, buyer, key, request, wish.Delivery, id, sealedAddress, digest, cancellation), cancellation);
        }
        catch (FailureException refused)
        {
            return refused.Failure;
        }
        catch (PostgresException raced) when (raced is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "order_key" })
        {
            // Two listings under one key at once: each locked its own.
            return KeyReused;
        }
    }

    private async Task<Result<Guid>> WriteAsync(
        NpgsqlTransaction tx, Guid buyer, string key, CreateOrderRequest request, Delivery delivery, Guid id, byte[]? address, byte[] digest, CancellationToken cancellation)
    {
        if (await listings.Lock(tx, request.Listing) is not { } listing || listing.State is ListingState.Draft)
            return Unknown;
        // Under the lock: a twin of this request has committed by now.
        if (await OrderStore.FindByKeyAsync(tx, buyer, key) is { } before)
            return before.Wish.AsSpan().SequenceEqual(digest) ? before.Id : KeyReused;
        if (Refusal(listing, buyer, request) is { } refusal)
            return refusal;
        if ((await listings.BlockedBy(tx, listing.Seller, [buyer])).Contains(buyer))
            return new Failure("order.blocked", "This seller does not sell to you.", StatusCodes.Status403Forbidden);

        _ = (await listings.End(tx, listing.Id, ListingState.Sold)).Value;
        var (price, now) = (listing.Price!.Value, time.GetUtcNow());
        var reference = MoveOrder.ReferenceOf(id, listing.Title);
        // Escrow with the buyer's accounts, in the order in which everybody locks them: the movements then lock nothing that is not locked already.
        _ = await wallet.Open(tx, new WalletScope([buyer], [], [], Escrow: true), cancellation);
        if (!(await wallet.Move(tx, new HoldPoints($"order:{id}:hold", reference, buyer, price), cancellation)).Succeeded(out var held, out var poor))
            throw new FailureException(poor with { Extra = WithLink(poor.Extra) });
        _ = (await wallet.Move(tx, new CaptureHold($"order:{id}:paid", reference, buyer, held.Hold!.Value), cancellation)).Value;

        var order = new Order
        {
            Id = id,
            Listing = listing.Id,
            Title = listing.Title,
            Seller = listing.Seller,
            Buyer = buyer,
            Source = OrderSource.FixedPrice,
            Price = price,
            FeeRate = options.Value.FeeBasisPoints,
            Hold = held.Hold.Value,
            PaidAt = now,
            Delivery = delivery,
            ActBy = terms.ActBy(delivery, now),
        };
        await OrderStore.InsertAsync(tx, order, terms.Due(order), key, digest);
        if (address is not null)
            await AddressStore.PutAsync(tx, id, address);
        await announce.BegunAsync(tx, order);
        return id;
    }

    public static Failure Unknown => new("listing.unknown", "There is no such listing.", StatusCodes.Status404NotFound);

    /// <summary>Why this member cannot buy this listing, whatever he has.</summary>
    public static Failure? Refusal(Listing listing, Guid buyer, CreateOrderRequest request) => listing switch
    {
        { State: ListingState.Sold } => new("listing.sold", "Somebody was faster: it is sold.", StatusCodes.Status409Conflict),
        { State: not ListingState.Live } => new("listing.not_live", "It is not for sale any more.", StatusCodes.Status409Conflict),
        { Way: not SaleWay.Fixed } or { Price: null } => new("listing.not_fixed", "It is sold by auction: place a bid."),
        _ when listing.Seller == buyer => new("order.own_listing", "It is your own."),
        _ when request.Price is { } seen && seen != listing.Price => new("listing.price_changed", $"It costs {listing.Price} by now.", StatusCodes.Status409Conflict)
        {
            Extra = new Dictionary<string, object?>(StringComparer.Ordinal) { ["price"] = listing.Price },
        },
        _ => null,
    };

    private static Dictionary<string, object?> WithLink(IReadOnlyDictionary<string, object?>? extra) =>
        new(extra ?? new Dictionary<string, object?>(), StringComparer.Ordinal) { ["charge"] = "/wallet" };
}
