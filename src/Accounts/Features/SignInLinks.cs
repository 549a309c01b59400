using Dapper;
using Madang.Accounts.Domain;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>The operator's way in from the command line: a link that works once within an hour.</summary>
internal sealed class SignInLinks(NpgsqlDataSource source, Sessions sessions, TimeProvider time)
{
    /// <summary>How long a link that was not used stays good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Makes a one-time link's token. Old links that were used or ran out are cleared away.</summary>
    public async Task<string> NewAsync(CancellationToken cancellation)
    {
        var token = Secret.New();
        var now = time.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            """
            delete from accounts.sign_in_link where expires_at < @now or used_at is not null;
            insert into accounts.sign_in_link (hash, created_at, expires_at) values (@hash, @now, @until);
            """,
            new { hash = Secret.Hash(token), now, until = now + Lifetime });
        return token;
    }

    /// <summary>Takes a link and opens a session; the answer is the session's token. Of two who use one link at once, one gets in.</summary>
    public async Task<Result<string>> UseAsync(string? link, HttpContext context)
    {
        var refused = new Failure(
            "sign_in.link", "This link was used already or is too old. Get a new one with `./run sign-in-link`.", 403);
        if (!Secret.IsWellFormed(link))
            return refused;
        return await source.InTransaction<Result<string>>(async transaction =>
        {
            var used = await transaction.Connection!.ExecuteAsync(
                "update accounts.sign_in_link set used_at = @now where hash = @hash and used_at is null and expires_at > @now",
                new { hash = Secret.Hash(link!), now = time.GetUtcNow() }, transaction);
            return used == 0 ? refused : await sessions.OpenAsync(transaction, memberId: null, context);
        }, context.RequestAborted);
    }
}
