using Madang.Accounts.Features;
using Madang.Platform.Web;

namespace Madang.Accounts;

/// <summary>Where members have things sent. Nobody but the member may be shown what is in here; who sends something keeps a copy of his own.</summary>
public interface IAddressBook
{
    /// <summary>A member's addresses, the default first; ten at most.</summary>
    /// <param name="member">Whose.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<SavedAddress>> Of(Guid member, CancellationToken cancellation = default);

    /// <summary>Reads an address that was typed, by the rules of the book, without keeping it. What is wrong with each field is in the failure's <c>errors</c>, as for the book itself.</summary>
    /// <param name="typed">What was typed.</param>
    Result<PostalAddress> Read(TypedAddress typed);
}

/// <summary>An address of the book.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Label">What the member calls it.</param>
/// <param name="IsDefault">Offered first.</param>
/// <param name="Address">The address.</param>
public sealed record SavedAddress(Guid Id, string Label, bool IsDefault, PostalAddress Address);

/// <summary>Where something is sent.</summary>
/// <param name="Recipient">Whose name stands on the parcel.</param>
/// <param name="Phone">Digits.</param>
/// <param name="Postcode">3 to 10 letters.</param>
/// <param name="Line1">Street and number.</param>
/// <param name="Line2">Floor and door.</param>
public sealed record PostalAddress(string Recipient, string Phone, string Postcode, string Line1, string? Line2);

/// <summary>An address as it was typed.</summary>
/// <param name="Recipient">Whose name stands on the parcel, up to 50 letters.</param>
/// <param name="Phone">For who brings it.</param>
/// <param name="Postcode">3 to 10 letters.</param>
/// <param name="Line1">Up to 200 letters.</param>
/// <param name="Line2">Floor and door; may be empty.</param>
public sealed record TypedAddress(string? Recipient, string? Phone, string? Postcode, string? Line1, string? Line2 = null);

internal sealed class AddressBook(Addresses addresses) : IAddressBook
{
    public async Task<IReadOnlyList<SavedAddress>> Of(Guid member, CancellationToken cancellation = default) =>
        [.. (await addresses.ListAsync(member, cancellation)).Select(one => new SavedAddress(one.Id, one.Label, one.IsDefault, Plain(one)))];

    // The label is the book's own; here it only has to be one.
    public Result<PostalAddress> Read(TypedAddress typed) =>
        Addresses.Check(new AddressRequest("-", typed.Recipient, typed.Phone, typed.Postcode, typed.Line1, typed.Line2)).Succeeded(out var read, out var wrong) ? Plain(read) : wrong;

    private static PostalAddress Plain(AddressResource one) => new(one.Recipient, one.Phone, one.Postcode, one.Line1, one.Line2);
}
