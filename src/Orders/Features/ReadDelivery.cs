using Madang.Accounts;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Orders.Features;

/// <summary>How it gets to the buyer, and where.</summary>
internal sealed record DeliveryWish(Delivery Delivery, PostalAddress? Address);

/// <summary>Reads what a buyer says about delivery: an address of his book, one that he typed, or none where they meet.</summary>
internal sealed class ReadDelivery(IAddressBook book)
{
    public async Task<Result<DeliveryWish>> HandleAsync(Guid buyer, string? delivery, Guid? addressId, TypedAddress? typed, CancellationToken cancellation)
    {
        if (!Names.TryRead<Delivery>(delivery, out var way))
            return new Failure("order.delivery", "`delivery` is `shipping` or `in_person`.");
        if (way is Delivery.InPerson)
            return new DeliveryWish(way, null);
        if (addressId is { } id)
            return (await book.Of(buyer, cancellation)).FirstOrDefault(saved => saved.Id == id) is { } saved
                ? new DeliveryWish(way, saved.Address)
                : new Failure("address.unknown", "There is no such address in your book.", StatusCodes.Status404NotFound);
        if (typed is null)
            return new Failure("order.address", "Say where to send it: `addressId` or `address`.");
        return book.Read(typed).Succeeded(out var address, out var wrong) ? new DeliveryWish(way, address) : wrong;
    }
}
