using System.Security.Cryptography;

namespace Madang.Wallet.Domain;

/// <summary>What is to be believed, and sent, about a part of a refund that may have been sent before.</summary>
internal static class RefundAttempt
{
    /// <summary>A key's life. Providers answer a key with its first answer, also when that was "try again later"; and forget keys (Toss Payments after 15 days).</summary>
    private static readonly TimeSpan KeyLife = TimeSpan.FromHours(1);

    /// <summary>
    /// Whether the provider has paid this part back, beside all that had gone back of the charge before. One part of a charge is under way at a time, so whatever is
    /// more than before is this one, or came from the provider's own desk; either way the payer has the money, and must not have the points too.
    /// </summary>
    public static bool IsPaidBack(ProviderPayment? payment, long before, long part) => payment is not null && payment.Refunded >= before + part;

    /// <summary>The idempotency key of an attempt: the part's id, and another one derived from it for each later hour.</summary>
    public static Guid Key(Guid part, TimeSpan age) => (long)(age / KeyLife) is var lives and > 0
        ? new Guid(SHA256.HashData([.. part.ToByteArray(), .. BitConverter.GetBytes(lives)]).AsSpan(0, 16))
        : part;
}
