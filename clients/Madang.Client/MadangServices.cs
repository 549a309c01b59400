using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Madang.Client;

/// <summary>Adds the client to a container.</summary>
public static class MadangServices
{
    /// <summary>Adds <see cref="MadangClient"/> as a typed client of <see cref="IHttpClientFactory"/>.</summary>
    /// <param name="services">The program's services. A <see cref="TimeProvider"/> among them is used.</param>
    /// <param name="configure">Sets the address, the keys and so on.</param>
    /// <returns>The client's builder, to add handlers of your own. Retries are built in: do not add a handler that repeats requests.</returns>
    public static IHttpClientBuilder AddMadang(this IServiceCollection services, Action<MadangOptions> configure)
    {
        services.AddOptions<MadangOptions>().Configure(configure)
            .Validate(options => options.Mistake is null, "Madang's address is missing, or its options are out of range; see MadangOptions.");
        // The client times attempts itself: a limit on the whole request would end long uploads that go well.
        return services.AddHttpClient(nameof(MadangClient), http => http.Timeout = Timeout.InfiniteTimeSpan).AddTypedClient((http, provider) =>
            new MadangClient(http, provider.GetRequiredService<IOptions<MadangOptions>>().Value, provider.GetService<TimeProvider>()));
    }
}
