using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>Where I am signed in.</summary>
/// <param name="Id">To end it by.</param>
/// <param name="Device">What it says it is.</param>
/// <param name="Program">True: a program or phone with tokens; false: a browser.</param>
/// <param name="Address">Where it was last.</param>
/// <param name="Current">This one.</param>
/// <param name="CreatedAt">When it signed in.</param>
/// <param name="LastUsedAt">To the minute.</param>
/// <param name="ExpiresAt">When it ends unless it is used before.</param>
public sealed record SessionResource(
    Guid Id, string Device, bool Program, string Address, bool Current, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt);

/// <summary>A member's devices: the API, and what the page <c>/devices</c> posts to.</summary>
internal static class SessionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/me/sessions").RequireMember().WithTags("Me");
        api.MapGet("", ListAsync).WithSummary("Where I am signed in, the latest used first");
        api.MapDelete("/{id:guid}", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, HttpContext context, Sessions sessions, CancellationToken cancellation) =>
                await sessions.RevokeAsync(Me(context), id, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.NoContent())
            .WithSummary("Sign one device out, on every node within a second");
        api.MapDelete("", async (HttpContext context, Sessions sessions, NpgsqlDataSource source, CancellationToken cancellation) =>
            {
                await source.InTransaction(tx => sessions.RevokeAllAsync(tx, Me(context), Sessions.CurrentId(context)), cancellation);
                return TypedResults.NoContent();
            })
            .WithSummary("Sign all other devices out");

        var forms = routes.MapGroup("/devices").RequireMember().ExcludeFromDescription();
        forms.MapPost("/{id:guid}/revoke", async Task<Results<RedirectHttpResult, ProblemHttpResult>> (Guid id, HttpContext context, Sessions sessions, CancellationToken cancellation) =>
            await sessions.RevokeAsync(Me(context), id, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.Redirect("/devices"));
        forms.MapPost("/revoke-others", async (HttpContext context, Sessions sessions, NpgsqlDataSource source, CancellationToken cancellation) =>
        {
            await source.InTransaction(tx => sessions.RevokeAllAsync(tx, Me(context), Sessions.CurrentId(context)), cancellation);
            return TypedResults.Redirect("/devices");
        });
    }

    public static IReadOnlyList<SessionResource> Resources(IEnumerable<SessionRow> rows, Guid? current) => [.. rows.Select(row => new SessionResource(
        row.Id, DeviceName.Of(row.Device), row.IsProgram, row.Address, row.Id == current, row.CreatedAt, row.LastUsedAt, row.ExpiresAt))];

    private static async Task<IReadOnlyList<SessionResource>> ListAsync(HttpContext context, Sessions sessions, CancellationToken cancellation) =>
        Resources(await sessions.ListAsync(Me(context), cancellation), Sessions.CurrentId(context));

    private static Guid Me(HttpContext context) => context.Caller()!.MemberId!.Value;
}

/// <summary>The daily job that deletes what signed nobody in for a month. Until then an ended session shows that a device is no new one.</summary>
internal sealed class SweepSessions(NpgsqlDataSource source, TimeProvider time) : Platform.Work.IWorkHandler<SweepSessions.Job>
{
    public const string Kind = "accounts.sweep_sessions";
    public const string Cron = "0 41 4 * * ?";

    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    public async Task Handle(Job payload, Platform.Work.WorkContext context, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await Dapper.SqlMapper.ExecuteAsync(connection, new Dapper.CommandDefinition(
            """
            delete from accounts.session where least(expires_at, revoked_at) < @Before;
            delete from accounts.token_family where least(expires_at, revoked_at) < @Before;
            delete from accounts.token where expires_at < @Now;
            delete from accounts.email_change where expires_at < @Now;
            """,
            new { Now = time.GetUtcNow(), Before = time.GetUtcNow() - Keep }, cancellationToken: ct));
    }

    internal sealed record Job;
}
