using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Madang.Wallet.Features;

/// <summary>
/// The payer's browser comes back. What it brings along proves nothing and is not read: the provider is asked. Who it is does not matter either, so a session that
/// ended on the way loses no payment.
/// </summary>
internal static partial class ReturnFromCheckout
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/wallet/return/{provider}/{id:guid}", async (string provider, Guid id, SettleCharge settle, ILogger<SettleCharge> log, HttpContext context) =>
        {
            try
            {
                // Not given up when the browser goes away in the middle: between taking the money and writing it down there is nothing to gain by stopping.
                await settle.LookAsync(id, CancellationToken.None);
            }
            catch (ProviderUnavailableException outage)
            {
                LogUnavailable(log, outage, id);
            }
            return TypedResults.Redirect($"/wallet/charges/{id}");
        })
        .ExcludeFromDescription();

    [LoggerMessage(LogLevel.Warning, "Charge {Charge} could not be looked up yet")]
    private static partial void LogUnavailable(ILogger log, Exception error, Guid charge);
}
