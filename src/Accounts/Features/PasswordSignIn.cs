using System.Text;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>
/// Lets in who knows a member's password. What is answered, and when, is the same whether there is such a member or not; wrong passwords are counted
/// under what was typed, so that being locked out tells nothing either.
/// </summary>
internal sealed class PasswordSignIn(
    NpgsqlDataSource source, Members members, Passwords passwords, SignInFailures failures, KnownDevices devices, TimeProvider time)
{
    /// <summary>What is answered to a wrong password, and to the right one of nobody.</summary>
    public static Failure Refused => new("sign_in.refused", "The login id or the password is wrong.", StatusCodes.Status401Unauthorized);

    /// <summary>
    /// Checks login and password, and opens what the member comes for (a session, tokens) in a transaction that sees the member as he is then: a
    /// password that is changed, or a member who is suspended, at the same moment opens nothing.
    /// </summary>
    public async Task<Result<T>> EnterAsync<T>(
        string? login, string? password, HttpContext context, Func<NpgsqlTransaction, MemberRow, Task<T>> open, CancellationToken cancellation)
    {
        if (Tidy(login) is not { Length: > 0 } typed || !PasswordRules.IsPossible(password))
            return Refused;
        var found = await members.FindByLoginAsync(typed, cancellation);
        var trying = devices.Find(context, found?.Id) is { } device
            ? new Trying(Allowances.Key("sign-in:device", device), Address: null)
            : new Trying(Allowances.Key("sign-in:login", typed.ToLowerInvariant()), Allowances.AddressOf(context));
        if (!(await TryAsync(trying, found?.PasswordHash, password!, cancellation)).Succeeded(out var right, out var failure))
            return failure;

        return await source.InTransaction<Result<T>>(async tx =>
        {
            if (await Members.LockAsync(tx, found!.Id) is not { } member || member.PasswordHash != found.PasswordHash)
                return Refused;
            if (Members.MayNotSignIn(member, time.GetUtcNow()) is { } suspended)
                return suspended;
            if (right.NewHash is { } newHash)
                await Members.SetPasswordAsync(tx, member.Id, newHash);
            return await open(tx, member);
        }, cancellation);
    }

    /// <summary>Whether a member who is signed in knows the password too. Wrong ones are counted for this session alone.</summary>
    public async Task<Failure?> ProveAsync(MemberRow member, string? password, HttpContext context, CancellationToken cancellation)
    {
        if (!PasswordRules.IsPossible(password))
            return WrongPassword;
        var trying = new Trying(Allowances.Key("prove", context.Caller()?.Id ?? ""), Address: null);
        var failure = (await TryAsync(trying, member.PasswordHash, password!, cancellation)).Failure;
        return failure?.Code == Refused.Code ? WrongPassword : failure;
    }

    private static Failure WrongPassword => new("password.wrong", "This is not your password.");

    private async Task<Result<Right>> TryAsync(Trying trying, string? hash, string password, CancellationToken cancellation)
    {
        // Looked up within the turn: of a hundred tries at once, those that come to their turn after the fifth is counted are not tried.
        using var turn = await passwords.TurnAsync(cancellation);
        var (wait, failed) = await failures.LookAsync(trying, cancellation);
        if (wait is not null)
            return wait;
        if (!passwords.IsRight(hash, password, out var newHash))
        {
            // Whoever hangs up before the answer has tried all the same.
            await failures.AddAsync(trying, CancellationToken.None);
            return Refused;
        }
        if (failed)
            await failures.ForgetAsync(trying, cancellation);
        return new Right(newHash);
    }

    private static string? Tidy(string? login) =>
        login is { Length: <= 300 } && TypedText.IsWhole(login) && login.Trim().Normalize(NormalizationForm.FormKC) is var typed
            // Login ids and addresses are ASCII. Where .NET and PostgreSQL make small letters differently (İ), one member would have many counters.
            && typed.All(letter => letter is > ' ' and < (char)0x7F) ? typed : null;

    private sealed record Right(string? NewHash);
}
