using System.Globalization;
using System.Text.Json;
using Madang.Notifications.Domain;
using Madang.Notifications.Storage;
using Madang.Platform.Live;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Notifications.Features;

/// <summary>A notification as its member sees it.</summary>
/// <param name="Id">To mark it by.</param>
/// <param name="Kind">What happened: `wallet.charged`.</param>
/// <param name="Title">A few words, in the language of the request.</param>
/// <param name="Text">A sentence or two.</param>
/// <param name="Href">The page about it, from the root.</param>
/// <param name="Data">What the words were made of.</param>
/// <param name="Times">How often it came while it was unread.</param>
/// <param name="At">When it came the last time.</param>
/// <param name="ReadAt">When it was read; null while it was not.</param>
public sealed record NotificationResource(
    Guid Id, string Kind, string Title, string Text, string? Href, JsonElement Data, int Times, DateTimeOffset At, DateTimeOffset? ReadAt);

/// <summary>A page of notifications.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Unread">How many are unread altogether.</param>
/// <param name="Next">What to send as `after` for the next page; null on the last.</param>
public sealed record NotificationPage(IReadOnlyList<NotificationResource> Items, int Unread, string? Next);

/// <summary>A member's own notifications, as the API and the page read them.</summary>
internal sealed class Inbox(NotificationStore store, NotificationKinds kinds, Wordings wordings, Bells bells)
{
    /// <summary>The most of a page.</summary>
    public const int MaxLimit = 100;

    public async Task<Result<NotificationPage>> List(Guid member, string? after, int? limit, bool unreadOnly, CancellationToken ct)
    {
        if (!Cursor.TryRead(after, out var cursor, out var failure))
            return failure;
        var count = Math.Clamp(limit ?? 20, 1, MaxLimit);
        // One more than asked for tells whether there is a next page.
        var rows = await store.ListAsync(member, kinds.Names, cursor, unreadOnly, count + 1, ct);
        var next = rows.Count > count ? new Cursor(rows[count - 1].CreatedAt, rows[count - 1].Id).ToString() : null;
        return new NotificationPage([.. rows.Take(count).Select(Resource)], await store.CountAsync(member, kinds.Names, ct), next);
    }

    public Task<int> CountUnread(Guid member, CancellationToken ct) => store.CountAsync(member, kinds.Names, ct);

    public async Task<Failure?> Read(Guid member, Guid id, CancellationToken ct)
    {
        if (!await store.ReadAsync(member, id, ct))
            return new Failure("notification.unknown", "You have no such notification.", StatusCodes.Status404NotFound);
        await bells.Ring(member, ct);
        return null;
    }

    public async Task ReadAll(Guid member, DateTimeOffset? until, CancellationToken ct)
    {
        await store.ReadAllAsync(member, until, ct);
        await bells.Ring(member, ct);
    }

    private NotificationResource Resource(NotificationRow row)
    {
        var words = wordings.Of(row, CultureInfo.CurrentUICulture.TwoLetterISOLanguageName);
        return new(row.Id, row.Kind, words.Title, words.Text, words.Href, JsonElement.Parse(row.Data), row.Times, row.CreatedAt, row.ReadAt);
    }
}

/// <summary>The member's API, below <c>/api/notifications</c>.</summary>
internal static class NotificationEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/notifications").RequireMember().WithTags("Notifications");
        api.MapGet("", async Task<Results<Ok<NotificationPage>, ProblemHttpResult>> (
                HttpContext context, Inbox inbox, CancellationToken ct, string? after = null, int? limit = null, bool unread = false) =>
                (await inbox.List(Member(context), after, limit, unread, ct)).Succeeded(out var page, out var failure) ? TypedResults.Ok(page) : failure.ToProblem())
            .WithSummary("List your notifications, newest first, in the language of Accept-Language");
        api.MapPost("/{id:guid}/read", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, HttpContext context, Inbox inbox, CancellationToken ct) =>
                await inbox.Read(Member(context), id, ct) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Mark one as read");
        api.MapPost("/read-all", async (HttpContext context, Inbox inbox, CancellationToken ct, DateTimeOffset? until = null) =>
            {
                await inbox.ReadAll(Member(context), until, ct);
                return TypedResults.NoContent();
            })
            .WithSummary("Mark all as read that came until the given time, by default all");
        api.MapGet("/events", (HttpContext context, LiveTopics live) => live.ToServerSentEvents(context, Bells.Topic(Member(context)), Bells.LongestWatch))
            .Produces<BellState>(StatusCodes.Status200OK, "text/event-stream")
            .WithSummary("Watch your bell as server-sent events: how many are unread, and the newest of them");
    }

    /// <summary>Whose request it is; the endpoint requires a member.</summary>
    public static Guid Member(HttpContext context) => context.Caller()!.MemberId!.Value;
}
