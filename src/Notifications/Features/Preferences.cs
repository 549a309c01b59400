using System.Globalization;
using Dapper;
using Madang.Notifications.Domain;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Notifications.Features;

/// <summary>By which ways a member is told of a kind.</summary>
/// <param name="Kind">`wallet.charged`.</param>
/// <param name="Name">In words, in the language of the request.</param>
/// <param name="Offered">The ways there are: `inApp`, `mail`.</param>
/// <param name="Chosen">The ways it goes.</param>
/// <param name="Mandatory">True: always by all that are offered.</param>
public sealed record NotificationPreference(string Kind, string Name, IReadOnlyList<string> Offered, IReadOnlyList<string> Chosen, bool Mandatory);

/// <summary>What a member chooses. Kinds that are not named stay as they are.</summary>
/// <param name="Kinds">Ways by kind: `{"wallet.charged": ["inApp"]}`; an empty list: not at all.</param>
public sealed record ChoosePreferencesRequest(IReadOnlyDictionary<string, IReadOnlyList<string?>?>? Kinds);

/// <summary>Reads and writes what members choose.</summary>
internal sealed class Preferences(NpgsqlDataSource database, NotificationKinds kinds, Wordings wordings)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/notifications/preferences").RequireMember().WithTags("Notifications");
        api.MapGet("", async (HttpContext context, Preferences preferences, CancellationToken ct) =>
                TypedResults.Ok(await preferences.List(NotificationEndpoints.Member(context), ct)))
            .WithSummary("List what you are told, and by which ways");
        api.MapPut("", async Task<Results<Ok<IReadOnlyList<NotificationPreference>>, ProblemHttpResult>> (
                ChoosePreferencesRequest request, HttpContext context, Preferences preferences, CancellationToken ct) =>
                await preferences.Choose(NotificationEndpoints.Member(context), request.Kinds ?? new Dictionary<string, IReadOnlyList<string?>?>(), ct) is { } failure
                    ? failure.ToProblem()
                    : TypedResults.Ok(await preferences.List(NotificationEndpoints.Member(context), ct)))
            .WithSummary("Choose what you are told, and by which ways");
    }

    /// <summary>All kinds there are, as they go to this member.</summary>
    public async Task<IReadOnlyList<NotificationPreference>> List(Guid member, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var chosen = (await connection.QueryAsync<(string Kind, string[] Channels)>(new CommandDefinition(
            "select kind, channels from notifications.preference where member = @member", new { member }, cancellationToken: ct)))
            .ToDictionary(row => row.Kind, row => ChannelChoice.Read(row.Channels), StringComparer.Ordinal);
        var language = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;
        return [.. kinds.All.Select(kind => new NotificationPreference(
            kind.Name, wordings.NameOf(kind, language), ChannelChoice.Write(kind.Channels),
            ChannelChoice.Write(ChannelChoice.Decide(kind, chosen.GetValueOrDefault(kind.Name))), kind.Mandatory))];
    }

    /// <summary>Writes all choices, or none when one of them cannot be.</summary>
    public async Task<Failure?> Choose(Guid member, IReadOnlyDictionary<string, IReadOnlyList<string?>?> choices, CancellationToken ct)
    {
        var accepted = new List<(string Kind, string[] Channels)>();
        foreach (var (name, ways) in choices)
        {
            if (kinds.Find(name) is not { } kind)
                return new Failure("notification.kind_unknown", $"There is no kind `{name}`.");
            if (ChannelChoice.Read(ways ?? []) is not { } channels || (channels & ~kind.Channels) != Channels.None)
                return new Failure("notification.channel_unknown", $"`{name}` goes by {string.Join(", ", ChannelChoice.Write(kind.Channels).Select(way => $"`{way}`"))}.");
            if (kind.Mandatory && channels != kind.Channels)
                return new Failure("notification.mandatory", $"`{name}` is about the safety of the account and always goes by all ways.");
            if (!kind.Mandatory)
                accepted.Add((name, ChannelChoice.Write(channels)));
        }

        await database.InTransaction(async tx =>
        {
            // In one order, so that two windows which save at once do not wait for each other.
            foreach (var (kind, channels) in accepted.OrderBy(one => one.Kind, StringComparer.Ordinal))
                await tx.Connection!.ExecuteAsync(
                    """
                    insert into notifications.preference (member, kind, channels) values (@member, @kind, @channels)
                    on conflict (member, kind) do update set channels = excluded.channels
                    """, new { member, kind, channels }, tx);
        }, ct);
        return null;
    }
}
