using Madang.Accounts;

namespace Madang.Orders.Pages;

/// <summary>How a thing gets here, as it stands in a form: an address of the book, a new one, or a meeting.</summary>
public sealed class DeliveryForm
{
    /// <summary>An address of the book by its id, <c>new</c> or <c>in_person</c>.</summary>
    public string? Choice { get; set; }

    /// <summary>Whose name stands on the parcel.</summary>
    public string? Recipient { get; set; }

    /// <summary>For who brings it.</summary>
    public string? Phone { get; set; }

    /// <summary>The postcode.</summary>
    public string? Postcode { get; set; }

    /// <summary>Street and number.</summary>
    public string? Line1 { get; set; }

    /// <summary>Floor and door.</summary>
    public string? Line2 { get; set; }

    /// <summary>As the API has it.</summary>
    public string? Delivery => Choice switch { null or "" => null, "in_person" => "in_person", _ => "shipping" };

    /// <summary>The address of the book.</summary>
    public Guid? AddressId => Guid.TryParse(Choice, out var id) ? id : null;

    /// <summary>The address that was typed.</summary>
    public TypedAddress? Typed => Choice == "new" ? new TypedAddress(Recipient, Phone, Postcode, Line1, Line2) : null;
}
