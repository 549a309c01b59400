using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Market.Domain;

/// <summary>Refusals that several features give.</summary>
internal static class ListingFailures
{
    public static Failure Unknown => new("listing.unknown", "There is no such listing.", StatusCodes.Status404NotFound);

    public static Failure NotYours => new("listing.not_yours", "This listing is another member's.", StatusCodes.Status403Forbidden);

    public static Failure NotLive => new("listing.not_live", "This listing is not live any more.", StatusCodes.Status409Conflict);

    public static Failure NotDraft => new("listing.not_draft", "This listing was published before.", StatusCodes.Status409Conflict);

    public static Failure Changed => new("listing.changed", "This listing was changed meanwhile. Look at it again.", StatusCodes.Status409Conflict);

    public static Failure WayUnavailable => new("listing.way_unavailable", "Nothing can be sold in this way here at the moment.");

    public static Failure WayFixed => new("listing.way", "How a listing is sold cannot be changed once it is published. Withdraw it and list it again.")
    {
        Extra = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["errors"] = new Dictionary<string, FieldError>(StringComparer.Ordinal) { ["way"] = new("listing.way", "Fixed once it is published.") },
        },
    };
}
