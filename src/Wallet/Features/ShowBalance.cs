using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Wallet.Features;

/// <summary>A member's wallet.</summary>
/// <param name="Currency">ISO 4217; a point is one minor unit of it.</param>
/// <param name="Total">Everything: available and held.</param>
/// <param name="Available">Free to use.</param>
/// <param name="Held">Set aside, such as by leading bids and refunds under way.</param>
/// <param name="Refundable">How much could go back to where it was paid from.</param>
public sealed record WalletResource(string Currency, long Total, long Available, long Held, long Refundable);

/// <summary>What a member has.</summary>
internal static class ShowBalance
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/wallet", async Task<Ok<WalletResource>> (IWallet wallet, RefundPoints refunds, HttpContext context) =>
        {
            var member = context.Caller()!.MemberId!.Value;
            var balance = await wallet.BalanceOf(member, context.RequestAborted);
            return TypedResults.Ok(new WalletResource(
                balance.Currency, balance.Total, balance.Available, balance.Held, await refunds.MostAsync(member, balance.Available, context.RequestAborted)));
        })
        .RequireMember().WithTags("Wallet").WithSummary("Show your balance");
}
