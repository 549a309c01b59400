using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>The code from the mail.</summary>
/// <param name="Challenge">What asking for it was answered with.</param>
/// <param name="Code">Six digits.</param>
public sealed record FindLoginIdRequest(string? Challenge, string? Code);

/// <summary>What the member signs in with.</summary>
/// <param name="LoginId">Null for a member who has none, and signs in with the e-mail address or by a provider.</param>
public sealed record FoundLoginId(string? LoginId);

/// <summary>Tells the login id to who has the code from the mail; once.</summary>
internal sealed class FindLoginId(NpgsqlDataSource source, Allowances allowances, TimeProvider time)
{
    public async Task<Result<FoundLoginId>> FindAsync(FindLoginIdRequest request, HttpContext context, CancellationToken cancellation)
    {
        if (await allowances.TakeAsync(MailedCodes.TriedByAddress, Allowances.AddressOf(context), cancellation) is { } often)
            return often;
        return await source.InTransaction<Result<FoundLoginId>>(async tx =>
        {
            if (!(await MailedCodes.CheckAsync(tx, MailedCodes.ForLoginId, request.Challenge, request.Code, time.GetUtcNow())).Succeeded(out var row, out var refused))
                return refused;
            if (await Members.LockAsync(tx, row.MemberId!.Value) is not { } member || !row.Email.Equals(member.Email, StringComparison.OrdinalIgnoreCase))
                return MailedCode.Gone;
            await MailedCodes.UseUpAsync(tx, row);
            return new FoundLoginId(member.LoginId);
        }, cancellation);
    }
}
