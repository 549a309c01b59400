using Madang.Platform.Web;

namespace Madang.Wallet;

/// <summary>
/// A provider of payments with a hosted checkout: the member pays on its pages, comes back by a redirect that proves nothing, and a webhook comes whenever it likes.
/// What is true the provider is asked for. Amounts are in minor units. Every call may be repeated.
/// </summary>
/// <remarks>An outage is thrown as <see cref="ProviderUnavailableException"/>: everything else goes on, and this is tried again later.</remarks>
public interface IPaymentProvider
{
    /// <summary>Stable, lower case, in addresses and in the ledger: <c>toss</c>.</summary>
    string Name { get; }

    /// <summary>True for a provider that takes no money; pages say so.</summary>
    bool IsTest { get; }

    /// <summary>Opens a checkout. Repeated for the same order it answers the same payment.</summary>
    /// <param name="order">What is to be paid.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Result<Checkout>> OpenCheckout(CheckoutOrder order, CancellationToken cancellation);

    /// <summary>What the provider knows about an order; null when it knows nothing.</summary>
    /// <param name="order">The order's id.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<ProviderPayment?> Find(Guid order, CancellationToken cancellation);

    /// <summary>Takes the money of a payment that its payer has authorised, if it is exactly this amount. Answers what became of the payment, also when it had been confirmed before.</summary>
    /// <param name="order">The order's id.</param>
    /// <param name="payment">The payment's id at the provider.</param>
    /// <param name="amount">What we ask for.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<ProviderPayment?> Confirm(Guid order, string payment, long amount, CancellationToken cancellation);

    /// <summary>
    /// Pays back a payment, or a part of it. Null when done, also when it had been done before under this key. After a refusal the provider is asked
    /// (<see cref="Find"/>) before it is believed; what means "later", or leaves in doubt whether it was done, is an outage.
    /// </summary>
    /// <param name="key">The idempotency key: one refund, however often it is asked for. After hours of trying it is another one, as providers forget keys.</param>
    /// <param name="payment">The payment's id at the provider.</param>
    /// <param name="amount">How much.</param>
    /// <param name="refundable">What could be paid back when the provider was last asked: one that can compares it, and does nothing where it is less by now.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Failure?> Refund(Guid key, string payment, long amount, long refundable, CancellationToken cancellation);

    /// <summary>Reads a webhook: whom it concerns, and that it is the provider's where it is signed. A hint to ask about the order; its content is kept and not believed.</summary>
    /// <param name="message">The message, byte by byte.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>401 <c>wallet.signature</c> for a bad signature, 400 <c>wallet.webhook</c> for what cannot be read.</returns>
    Task<Result<ProviderEvent>> ReadWebhook(WebhookMessage message, CancellationToken cancellation);

    /// <summary>Every payment that was paid in a span of time, for the reconciliation.</summary>
    /// <param name="from">From.</param>
    /// <param name="until">Until, not included.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<ProviderPayment>> Paid(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation);
}

/// <summary>What a checkout is opened for.</summary>
/// <param name="Order">The charge's id.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Name">What the payer reads.</param>
/// <param name="ReturnUrl">Where the payer's browser is sent afterwards, whatever the outcome.</param>
public sealed record CheckoutOrder(Guid Order, long Amount, string Currency, string Name, Uri ReturnUrl);

/// <summary>A checkout that waits for its payer.</summary>
/// <param name="Payment">The payment's id at the provider.</param>
/// <param name="Url">Where the payer's browser goes; absolute, or from the root.</param>
public sealed record Checkout(string Payment, string Url);

/// <summary>How far a payment is.</summary>
public enum PaymentStage
{
    /// <summary>Its payer has not paid yet.</summary>
    Open,

    /// <summary>Its payer has agreed; the money is taken when we confirm.</summary>
    Authorised,

    /// <summary>The money was taken.</summary>
    Paid,

    /// <summary>Its payer, or the bank, declined.</summary>
    Failed,

    /// <summary>Given up, or too late.</summary>
    Cancelled,
}

/// <summary>A payment as the provider tells it when it is asked.</summary>
/// <param name="Payment">The payment's id at the provider.</param>
/// <param name="Order">Our charge's id.</param>
/// <param name="Stage">How far it is.</param>
/// <param name="Amount">The whole amount, in minor units.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Refunded">What was paid back of it.</param>
public sealed record ProviderPayment(string Payment, Guid Order, PaymentStage Stage, long Amount, string Currency, long Refunded);

/// <summary>A webhook as it came.</summary>
/// <param name="Header">The value of a header; null when it has none.</param>
/// <param name="Body">The raw body.</param>
public sealed record WebhookMessage(Func<string, string?> Header, ReadOnlyMemory<byte> Body);

/// <summary>What a webhook says.</summary>
/// <param name="Id">The same for every delivery of the same event.</param>
/// <param name="Type">The provider's word for it.</param>
/// <param name="Order">Our charge's id.</param>
public sealed record ProviderEvent(string Id, string Type, Guid Order);

/// <summary>The provider cannot be reached, or answers with errors of its own.</summary>
/// <param name="provider">Its name.</param>
/// <param name="reason">For the log.</param>
/// <param name="inner">What was thrown.</param>
public sealed class ProviderUnavailableException(string provider, string reason, Exception? inner = null) : Exception($"{provider}: {reason}", inner);
