using System.Security.Cryptography;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Identity;

namespace Madang.Accounts.Features;

/// <summary>
/// Hashes and verifies passwords: PBKDF2 by ASP.NET Core Identity's hasher, slow on purpose. No more run at once than there are processors, and
/// a flood is turned away before it takes the machine from everybody else.
/// </summary>
internal sealed class Passwords(IPasswordHasher<MemberRow> hasher) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _processors = new(Environment.ProcessorCount);

    // Made with the service and not when nobody first asks: that one answer would take twice as long.
    private readonly string _nobodys = hasher.HashPassword(null!, Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));

    /// <summary>Hashes when it is its turn.</summary>
    public async Task<string> HashAsync(string password, CancellationToken cancellation)
    {
        using var turn = await TurnAsync(cancellation);
        return hasher.HashPassword(null!, PasswordRules.Normal(password));
    }

    /// <summary>Waits for a processor; dispose it to let the next one in. One flooded with tries refuses after a while (503).</summary>
    public async Task<IDisposable> TurnAsync(CancellationToken cancellation) => await _processors.WaitAsync(Patience, cancellation)
        ? new Turn(_processors)
        : throw new FailureException(new Failure("sign_in.busy", "Too many people are signing in at this moment. Try again shortly.", 503) { RetryAfter = Patience });

    /// <summary>
    /// Compares a password with what is kept; call it within a turn. Takes as long for nobody, or for a member without a password (null), as for
    /// a member, so that the time of the answer does not tell who is one.
    /// </summary>
    /// <param name="hash">What is kept; null for nobody.</param>
    /// <param name="password">As it was typed.</param>
    /// <param name="newHash">Set when the password is right, but was hashed by what are now old rules.</param>
    public bool IsRight(string? hash, string password, out string? newHash)
    {
        password = PasswordRules.Normal(password);
        var result = hasher.VerifyHashedPassword(null!, hash ?? _nobodys, password);
        var right = hash is not null && result != PasswordVerificationResult.Failed;
        newHash = right && result == PasswordVerificationResult.SuccessRehashNeeded ? hasher.HashPassword(null!, password) : null;
        return right;
    }

    public void Dispose() => _processors.Dispose();

    private sealed class Turn(SemaphoreSlim processors) : IDisposable
    {
        public void Dispose() => processors.Release();
    }
}
