using System.Globalization;
using Madang.Platform.Web;
using Madang.Wallet.Features;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Wallet.Pages;

/// <summary>The buttons that move money, behind a question on their page. They are plain forms, so that they work without scripts.</summary>
internal static class WalletForms
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/wallet/refund/confirm", async Task<RedirectHttpResult> ([FromForm] string? key, [FromForm] string? amount, RefundPoints refund, HttpContext context) =>
            {
                var made = long.TryParse(amount, NumberStyles.None, CultureInfo.InvariantCulture, out var points)
                    ? await refund.HandleAsync(context.Caller()!.MemberId!.Value, key, points, context.RequestAborted)
                    : Domain.Ledger.InvalidAmount;
                return TypedResults.Redirect(made.Failure is { } failure ? $"/wallet/refund?failure={failure.Code}" : "/wallet/refund?done=1");
            })
            .RequireMember().RequireRecentProof().ExcludeFromDescription();
        var operators = routes.MapGroup("/operator/wallet").RequireOperator().ExcludeFromDescription();
        operators.MapPost("/reconcile", async Task<RedirectHttpResult> ([FromForm] string? provider, [FromForm] string? day, ReconcileDay reconcile, HttpContext context) =>
        {
            var failure = DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read)
                ? (await reconcile.HandleAsync(provider, read, context.RequestAborted)).Failure?.Code
                : "wallet.day";
            return TypedResults.Redirect(failure is null ? "/operator/wallet#reconcile" : $"/operator/wallet?failure={failure}#reconcile");
        });
        operators.MapPost("/adjust", async Task<RedirectHttpResult> (
            [FromForm] string? key, [FromForm] string? member, [FromForm] string? amount, [FromForm] string? reason, AdjustBalance adjust, HttpContext context) =>
        {
            var made = Guid.TryParse(member, out var id) && long.TryParse(amount, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var points)
                ? await adjust.HandleAsync(context.Caller()!, key, new AdjustRequest(id, points, reason), context.RequestAborted)
                : Domain.Ledger.InvalidAmount;
            return TypedResults.Redirect(made.Failure is { } failure ? $"/operator/wallet?failure={failure.Code}#adjust" : "/operator/wallet?done=1#adjust");
        }).RequireRecentProof();
    }
}
