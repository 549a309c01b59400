namespace Madang.Wallet.Features;

/// <summary>The providers that are on. The first is the one that is offered.</summary>
internal sealed class PaymentProviders(IEnumerable<IPaymentProvider> providers)
{
    private readonly List<IPaymentProvider> _providers = [.. providers];

    public IReadOnlyList<IPaymentProvider> All => _providers;

    public IReadOnlyList<string> Names { get; } = [.. providers.Select(provider => provider.Name)];

    public IPaymentProvider? Default => _providers.FirstOrDefault();

    public IPaymentProvider? Find(string? name) => _providers.Find(provider => provider.Name == name);

    /// <summary>The provider of a charge that exists: it may have been switched off since, which is an outage of it.</summary>
    public IPaymentProvider Of(string name) => Find(name) ?? throw new ProviderUnavailableException(name, "is not configured");
}
