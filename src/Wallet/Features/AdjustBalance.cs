using System.Security.Cryptography;
using System.Text;
using Madang.Accounts;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>A correction by the operator.</summary>
/// <param name="Member">Whose points.</param>
/// <param name="Amount">How many more, or, below zero, how many fewer; not more than are available.</param>
/// <param name="Reason">Why: 3 to 200 letters. The member reads it.</param>
public sealed record AdjustRequest(Guid Member, long Amount, string? Reason);

/// <summary>A correction that was made.</summary>
/// <param name="Transfer">Its id in the ledger.</param>
/// <param name="Amount">How many points.</param>
/// <param name="Available">What the member has available now.</param>
public sealed record AdjustmentResource(Guid Transfer, long Amount, long Available);

/// <summary>The operator sets a balance right: a movement of its own with a reason, on the record. Nothing that was written is ever changed.</summary>
internal sealed class AdjustBalance(NpgsqlDataSource source, IWallet wallet, IMembers members, IAuditLog audit, INotifications notifications)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/operator/wallet/adjustments", async Task<Results<Created<AdjustmentResource>, ProblemHttpResult>> (
                AdjustRequest request, [FromHeader(Name = CreateCharge.KeyHeader)] string? key, AdjustBalance adjust, HttpContext context) =>
            (await adjust.HandleAsync(context.Caller()!, key, request, context.RequestAborted)).Succeeded(out var made, out var failure)
                ? TypedResults.Created($"/api/operator/wallet/adjustments/{made.Transfer}", made)
                : failure.ToProblem())
        .RequireOperator().RequireRecentProof().WithTags("Wallet (operator)")
        .WithSummary("Adjust a member's points with a reason; needs an Idempotency-Key and a fresh proof");

    public async Task<Result<AdjustmentResource>> HandleAsync(Caller caller, string? key, AdjustRequest request, CancellationToken cancellation)
    {
        if (CreateCharge.CheckKey(key) is { } badKey)
            return badKey;
        var reason = request.Reason?.Trim();
        if (reason is not { Length: >= 3 and <= 200 } || reason.Any(char.IsControl))
            return new Failure("wallet.reason", "Give a reason of 3 to 200 letters; the member reads it.");
        if (await members.Find(request.Member, cancellation) is null)
            return new Failure("wallet.member_unknown", "There is no such member.", StatusCodes.Status404NotFound);
        return await source.InTransaction<Result<AdjustmentResource>>(async tx =>
        {
            var movement = new Adjust(KeyOf(caller, key!), new Reference("adjustment", reason), request.Member, request.Amount, caller.Name);
            if (!(await wallet.Move(tx, movement, cancellation)).Succeeded(out var moved, out var refusal))
                return refusal;
            if (!moved.Repeated)
            {
                await audit.Write(tx, caller, "wallet.adjust", request.Member, new { moved.Transfer, request.Amount, Reason = reason });
                await notifications.Notify(tx, request.Member, "wallet.adjusted", new { request.Amount, Reason = reason });
            }
            var batch = await wallet.Open(tx, new WalletScope([request.Member], [], []), cancellation);
            return new AdjustmentResource(moved.Transfer, moved.Amount, batch.Available(request.Member));
        }, cancellation);
    }

    /// <summary>Each operator has keys of his own. Hashed, as the ledger's keys have 200 letters and a request's may have as many.</summary>
    private static string KeyOf(Caller caller, string key) => $"adjust:{caller.MemberId?.ToString() ?? caller.Id}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";
}
