using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Madang.Notifications;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>All that is kept about a member, as one JSON file with a section a module.</summary>
internal sealed class ExportMe(IEnumerable<IPersonalData> modules, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/me/export", AnswerAsync).RequireMember().RequireRecentProof().WithTags("Me").WithSummary("All that is kept about me, as a file");
        // The same for people, who are led to prove who they are, and not answered with a problem.
        routes.MapGet("/me/export", AnswerAsync).RequireMember().RequireRecentProof().ExcludeFromDescription();
    }

    private static async Task<FileContentHttpResult> AnswerAsync(HttpContext context, ExportMe export, CancellationToken cancellation)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Bytes(await export.WriteAsync(context.Caller()!.MemberId!.Value, cancellation), "application/json", "madang-my-data.json");
    }

    private async Task<byte[]> WriteAsync(Guid member, CancellationToken cancellation)
    {
        var file = new SortedDictionary<string, object>(StringComparer.Ordinal) { ["exportedAt"] = time.GetUtcNow() };
        foreach (var module in modules)
            if (await module.Export(member, cancellation) is { } section)
                file[module.Section] = section;
        return JsonSerializer.SerializeToUtf8Bytes(file, Json);
    }
}

/// <summary>What this module itself keeps about a member.</summary>
internal sealed class AccountsData(NpgsqlDataSource source, Profile profile, Addresses addresses) : IPersonalData
{
    public string Section => "accounts";

    public async Task<object?> Export(Guid member, CancellationToken cancellation)
    {
        if (await profile.FindAsync(member, cancellation) is not { } me)
            return null;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return new
        {
            Profile = me,
            Addresses = await addresses.ListAsync(member, cancellation),
            Devices = (await connection.QueryAsync<(string Device, string Address, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset? RevokedAt)>(new(
                """
                select device, address, created_at, last_used_at, revoked_at from accounts.session where member_id = @member
                union all select device, address, created_at, last_used_at, revoked_at from accounts.token_family where member_id = @member
                order by created_at desc
                """, new { member }, cancellationToken: cancellation))).Select(device => new { device.Device, device.Address, device.CreatedAt, device.LastUsedAt, device.RevokedAt }),
            Providers = (await connection.QueryAsync<(string Provider, string Label, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt)>(new(
                "select provider, label, created_at, last_used_at from accounts.provider_identity where member_id = @member", new { member }, cancellationToken: cancellation)))
                .Select(way => new { way.Provider, way.Label, way.CreatedAt, way.LastUsedAt }),
            Passkeys = (await connection.QueryAsync<(string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)>(new(
                "select name, created_at, last_used_at from accounts.passkey where member_id = @member", new { member }, cancellationToken: cancellation)))
                .Select(key => new { key.Name, key.CreatedAt, key.LastUsedAt }),
            History = (await connection.QueryAsync<(DateTimeOffset At, string Action, bool ByMe)>(new(
                "select at, action, actor_id is not distinct from @member from accounts.audit where subject_id = @member order by id", new { member }, cancellationToken: cancellation)))
                .Select(act => new { act.At, act.Action, act.ByMe }),
        };
    }

    /// <summary>The member's own row is <see cref="DeleteMe"/>'s to empty, last of all.</summary>
    public Task Erase(NpgsqlTransaction transaction, Guid member) => transaction.Connection!.ExecuteAsync(
        """
        delete from accounts.pending_sign_up where lower(email) = (select lower(email) from accounts.member where id = @member);
        delete from accounts.mailed_code where member_id = @member or lower(email) = (select lower(email) from accounts.member where id = @member);
        delete from accounts.email_change where member_id = @member;
        delete from accounts.pending_provider where lower(email) = (select lower(email) from accounts.member where id = @member)
          or (provider, subject) in (select provider, subject from accounts.provider_identity where member_id = @member);
        delete from accounts.provider_identity where member_id = @member;
        delete from accounts.passkey where member_id = @member;
        delete from accounts.passkey_challenge where member_id = @member;
        delete from accounts.address where member_id = @member;
        delete from accounts.session where member_id = @member;
        delete from accounts.token_family where member_id = @member;
        """,
        new { member }, transaction);
}

/// <summary>What the module of notifications keeps about a member. It stands below this one and cannot register itself.</summary>
internal sealed class NotificationsData(INotifications notifications) : IPersonalData
{
    public string Section => "notifications";

    public async Task<object?> Export(Guid member, CancellationToken cancellation) =>
        await notifications.Kept(member, cancellation) is var kept && kept.Notifications.Count + kept.Choices.Count == 0 ? null : kept;

    /// <summary><see cref="DeleteMe"/> forgets them last of all: what ends with the member may still tell something.</summary>
    public Task Erase(NpgsqlTransaction transaction, Guid member) => Task.CompletedTask;
}
