using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Accounts.Features;

/// <summary>Signs a browser in by password.</summary>
internal sealed class SignInByPassword(PasswordSignIn passwords, Sessions sessions)
{
    public async Task<Result<SignedInMember>> OpenAsync(string? login, string? password, HttpContext context, CancellationToken cancellation)
    {
        var entered = await passwords.EnterAsync(
            login, password, context, async (tx, member) => (Token: await sessions.OpenAsync(tx, member.Id, context), Member: member), cancellation);
        if (!entered.Succeeded(out var opened, out var failure))
            return failure;
        SessionCookie.Append(context, opened.Token);
        return new SignedInMember(opened.Member.Id, opened.Member.Nickname);
    }
}
