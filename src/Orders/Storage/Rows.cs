using System.Globalization;
using System.Text;
using Madang.Orders.Domain;

namespace Madang.Orders.Storage;

/// <summary>An order as it is kept.</summary>
internal sealed class OrderRow
{
    public const string Columns =
        """
        id, listing_id, title, seller_id, buyer_id, source, price, fee_rate, hold_id, key, wish, state, delivery, paid_at, act_by, reminded_at, carrier, tracking_number, shipped_at, delivered_at,
        disputed_at, code_salt, code_hash, code_tries, due_at, ended_at, ending, paid_out, fee, refunded, events, reviews_shown_at, forgotten_at
        """;

    public Guid Id { get; init; }

    public Guid ListingId { get; init; }

    public string Title { get; init; } = "";

    public Guid SellerId { get; init; }

    public Guid BuyerId { get; init; }

    public string Source { get; init; } = "";

    public long Price { get; init; }

    public int FeeRate { get; init; }

    public Guid HoldId { get; init; }

    public string? Key { get; init; }

    public byte[]? Wish { get; init; }

    public string State { get; init; } = "";

    public string? Delivery { get; init; }

    public DateTimeOffset PaidAt { get; init; }

    public DateTimeOffset? ActBy { get; init; }

    public DateTimeOffset? RemindedAt { get; init; }

    public string? Carrier { get; init; }

    public string? TrackingNumber { get; init; }

    public DateTimeOffset? ShippedAt { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    public DateTimeOffset? DisputedAt { get; init; }

    public byte[]? CodeSalt { get; init; }

    public byte[]? CodeHash { get; init; }

    public int? CodeTries { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? Ending { get; init; }

    public long PaidOut { get; init; }

    public long Fee { get; init; }

    public long Refunded { get; init; }

    public int Events { get; init; }

    public DateTimeOffset? ReviewsShownAt { get; init; }

    public DateTimeOffset? ForgottenAt { get; init; }

    public Order ToDomain() => new()
    {
        Id = Id,
        Listing = ListingId,
        Title = Title,
        Seller = SellerId,
        Buyer = BuyerId,
        Source = Names.Read<OrderSource>(Source),
        Price = Price,
        FeeRate = FeeRate,
        Hold = HoldId,
        PaidAt = PaidAt,
        State = Names.Read<OrderState>(State),
        Delivery = Delivery is null ? null : Names.Read<Delivery>(Delivery),
        ActBy = ActBy,
        RemindedAt = RemindedAt,
        Shipment = Carrier is null || TrackingNumber is null ? null : new Shipment(Carrier, TrackingNumber),
        ShippedAt = ShippedAt,
        DeliveredAt = DeliveredAt,
        DisputedAt = DisputedAt,
        Code = CodeSalt is null ? null : new HandOverCode(CodeSalt, CodeHash!, CodeTries!.Value),
        EndedAt = EndedAt,
        Ending = Ending is null ? null : Names.Read<Ending>(Ending),
        PaidOut = PaidOut,
        Fee = Fee,
        Refunded = Refunded,
    };
}

/// <summary>One line of an order's history.</summary>
internal sealed record EventRow(Guid OrderId, int Number, string Kind, string By, long? Amount, DateTimeOffset At);

/// <summary>A complaint.</summary>
internal sealed class ComplaintRow
{
    public Guid OrderId { get; init; }

    public string Reason { get; init; } = "";

    public string Text { get; init; } = "";

    public DateTimeOffset MadeAt { get; init; }

    public string? Answer { get; init; }

    public DateTimeOffset? AnsweredAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    public string? Note { get; init; }

    public IReadOnlyList<Guid> Pictures { get; set; } = [];
}

/// <summary>Words of enumerations as the database and the API write them: <c>auction_win</c>.</summary>
internal static class Names
{
    public static string Of<T>(T value)
        where T : struct, Enum => Cache<T>.Texts[value];

    public static T Read<T>(string text)
        where T : struct, Enum => Cache<T>.Values[text];

    public static bool TryRead<T>(string? text, out T value)
        where T : struct, Enum
    {
        value = default;
        return text is not null && Cache<T>.Values.TryGetValue(text, out value);
    }

    private static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLower(letter, CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }

    private static class Cache<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Texts = Enum.GetValues<T>().ToDictionary(value => value, value => Snake(value.ToString()));

        public static readonly Dictionary<string, T> Values = Texts.ToDictionary(one => one.Value, one => one.Key, StringComparer.Ordinal);
    }
}
