using Madang.Platform.Web;
using Madang.Tests.Host;
using Madang.Wallet;
using Madang.Wallet.Providers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Madang.Tests.Wallet;

/// <summary>The sandbox, whose line can be cut.</summary>
internal sealed class FlakyProvider : IPaymentProvider
{
    private SandboxProvider? _sandbox;
    private int _refused;

    public bool Down { get; set; }

    /// <summary>After the money was taken, the answer is lost: as when we are killed at that moment.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>What happens, once, after the provider was asked and before its answer arrives.</summary>
    public Func<Task>? AfterFind { get; set; }

    /// <summary>What happens, once, after a checkout was opened; then the opening is refused.</summary>
    public Func<Guid, Task>? AfterOpening { get; set; }

    public int Refused => _refused;

    public string Name => SandboxProvider.ProviderName;

    public bool IsTest => true;

    public FlakyProvider Over(SandboxProvider sandbox)
    {
        _sandbox = sandbox;
        return this;
    }

    public async Task<Result<Checkout>> OpenCheckout(CheckoutOrder order, CancellationToken cancellation)
    {
        var opened = await Line().OpenCheckout(order, cancellation);
        if (AfterOpening is not { } then)
            return opened;
        AfterOpening = null;
        await then(order.Order);
        return new Failure("wallet.provider_refused", "Refused after all.", 502);
    }

    public async Task<ProviderPayment?> Find(Guid order, CancellationToken cancellation)
    {
        var found = await Line().Find(order, cancellation);
        if (AfterFind is { } then)
        {
            AfterFind = null;
            await then();
        }
        return found;
    }

    public async Task<ProviderPayment?> Confirm(Guid order, string payment, long amount, CancellationToken cancellation)
    {
        var confirmed = await Line().Confirm(order, payment, amount, cancellation);
        return LosesAnswers ? throw new ProviderUnavailableException(Name, "the answer is lost") : confirmed;
    }

    public Task<Failure?> Refund(Guid key, string payment, long amount, long refundable, CancellationToken cancellation) =>
        Line().Refund(key, payment, amount, refundable, cancellation);

    public Task<Result<ProviderEvent>> ReadWebhook(WebhookMessage message, CancellationToken cancellation) => _sandbox!.ReadWebhook(message, cancellation);

    public Task<IReadOnlyList<ProviderPayment>> Paid(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation) => Line().Paid(from, until, cancellation);

    private SandboxProvider Line()
    {
        if (!Down)
            return _sandbox!;
        Interlocked.Increment(ref _refused);
        throw new ProviderUnavailableException(Name, "is down");
    }
}

/// <summary>A node of its own on a database of its own, whose provider can be cut off.</summary>
internal sealed class WalletHostWith(WalletHost like, FlakyProvider provider, params IPaymentProvider[] before) : IAsyncDisposable
{
    private Node? _node;

    public async Task<Node> NodeAsync(params KeyValuePair<string, string>[] settings)
    {
        var connection = await like.NewDatabaseAsync();
        Database = connection;
        _node = new Node(connection, [new("Wallet:Sandbox", "true"), .. settings], port: null, services =>
        {
            services.RemoveAll<IPaymentProvider>();
            foreach (var other in before)
                services.AddSingleton(other);
            services.AddSingleton<IPaymentProvider>(all => provider.Over(all.GetRequiredService<SandboxProvider>()));
        });
        _ = _node.Services;
        return _node;
    }

    public string Database { get; private set; } = "";

    public ValueTask DisposeAsync() => _node?.DisposeAsync() ?? ValueTask.CompletedTask;
}
