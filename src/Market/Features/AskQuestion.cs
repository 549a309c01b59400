using Dapper;
using Madang.Accounts;
using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>A question or an answer.</summary>
/// <param name="Text">1 to 500 letters of a question, 1 to 1000 of an answer.</param>
public sealed record WordsRequest(string? Text);

/// <summary>A question to the seller, for all to read.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Asker">The asker's nickname; absent when the asker left.</param>
/// <param name="IsMine">Whether you asked it.</param>
/// <param name="Text">The question.</param>
/// <param name="AskedAt">When.</param>
/// <param name="Answer">The seller's answer.</param>
/// <param name="AnsweredAt">When.</param>
public sealed record QuestionResource(Guid Id, string? Asker, bool IsMine, string Text, DateTimeOffset AskedAt, string? Answer, DateTimeOffset? AnsweredAt);

/// <summary>Questions to a seller and the answers, both in sight of all.</summary>
internal sealed class AskQuestion(NpgsqlDataSource source, IListings listings, IMembers members, INotifications notifications, TimeProvider time)
{
    public const string AskedKind = "market.asked";

    public const string AnsweredKind = "market.answered";

    public const int MostText = 500;

    public const int MostAnswer = 1000;

    private const int MostOpen = 5;

    private const int MostAnHour = 20;

    private static Failure UnknownQuestion => new("question.unknown", "There is no such question.", StatusCodes.Status404NotFound);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/listings/{id:guid}/questions", async Task<Results<Ok<IReadOnlyList<QuestionResource>>, ProblemHttpResult>> (Guid id, AskQuestion ask, ListingStore store, HttpContext context) =>
                await store.FindAsync(id, context.RequestAborted) is { IsPublic: true }
                    ? TypedResults.Ok(await ask.ListAsync(id, context.Caller()?.MemberId, context.RequestAborted))
                    : ListingFailures.Unknown.ToProblem())
            .WithTags("Market").WithSummary("List the latest questions to a listing's seller, and the answers");
        var api = routes.MapGroup("/api/listings/{id:guid}/questions").RequireMember().WithTags("Market");
        api.MapPost("", async Task<Results<Created<QuestionResource>, ProblemHttpResult>> (Guid id, WordsRequest request, AskQuestion ask, HttpContext context) =>
                (await ask.AskAsync(id, context.Caller()!.MemberId!.Value, request.Text, context.RequestAborted)).Succeeded(out var question, out var failure)
                    ? TypedResults.Created($"/api/listings/{id}/questions", question)
                    : failure.ToProblem(context))
            .WithSummary("Ask the seller");
        api.MapPut("/{question:guid}/answer", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, Guid question, WordsRequest request, AskQuestion ask, HttpContext context) =>
                await ask.AnswerAsync(id, question, context.Caller()!.MemberId!.Value, request.Text, context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Answer as the seller, or mend the answer");
        api.MapDelete("/{question:guid}", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, Guid question, AskQuestion ask, HttpContext context) =>
                await ask.DeleteAsync(id, question, context.Caller()!, context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Take a question back that nobody has answered yet");
    }

    public Task<Result<QuestionResource>> AskAsync(Guid id, Guid asker, string? typed, CancellationToken cancellation) => source.Decide<QuestionResource>(
        async tx =>
        {
            if (PlainText.Paragraphs(typed) is not { Length: >= 1 and <= MostText } text)
                return new Failure("question.text", $"A question has 1 to {MostText} letters.");
            if (await ListingStore.ReadAsync(tx, id) is not { IsPublic: true } listing)
                return ListingFailures.Unknown;
            if (listing.SellerId == asker)
                return new Failure("listing.own", "It is your own listing.");
            if (listing.Stands is not ListingState.Live)
                return ListingFailures.NotLive;
            if ((await listings.BlockedBy(tx, listing.SellerId, [asker])).Count > 0)
                return new Failure("market.blocked", "The seller does not want to hear from you.", StatusCodes.Status403Forbidden);
            var now = time.GetUtcNow();
            // Of two that a member asks at once one is counted first.
            await tx.Connection!.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('market.asks:' || @asker, 0))", new { asker = asker.ToString() }, tx);
            var (open, lately) = await tx.Connection!.QuerySingleAsync<(int, int)>(
                """
                select (count(*) filter (where listing_id = @id and answer is null and deleted_at is null))::int, (count(*) filter (where asked_at > @since))::int
                from market.question where asker_id = @asker
                """, new { id, asker, since = now.AddHours(-1) }, tx);
            if (open >= MostOpen || lately >= MostAnHour)
                return new Failure("question.too_many", "Many of your questions wait for an answer. Let the seller answer first.", StatusCodes.Status429TooManyRequests) { RetryAfter = TimeSpan.FromHours(1) };
            var question = Guid.CreateVersion7(now);
            await tx.Connection!.ExecuteAsync(
                "insert into market.question (id, listing_id, asker_id, text, asked_at) values (@question, @id, @asker, @text, @now)", new { question, id, asker, text, now }, tx);
            await notifications.Notify(tx, listing.SellerId, AskedKind, new { Listing = id.ToString(), listing.Title, Text = Short(text) }, subject: question.ToString());
            return new QuestionResource(question, null, IsMine: true, text, now, null, null);
        },
        cancellation);

    public Task<Failure?> AnswerAsync(Guid id, Guid question, Guid seller, string? typed, CancellationToken cancellation) => source.Decide(
        async tx =>
        {
            if (PlainText.Paragraphs(typed) is not { Length: >= 1 and <= MostAnswer } text)
                return new Failure("question.answer", $"An answer has 1 to {MostAnswer} letters.");
            if (await ListingStore.ReadAsync(tx, id) is not { IsPublic: true } listing)
                return ListingFailures.Unknown;
            if (listing.SellerId != seller)
                return ListingFailures.NotYours;
            var now = time.GetUtcNow();
            var asker = await tx.Connection!.ExecuteScalarAsync<Guid?>(
                "update market.question set answer = @text, answered_at = @now where id = @question and listing_id = @id and deleted_at is null returning asker_id", new { question, id, text, now }, tx);
            if (asker is null)
                return UnknownQuestion;
            await notifications.Notify(tx, asker.Value, AnsweredKind, new { Listing = id.ToString(), listing.Title, Text = Short(text) }, subject: question.ToString());
            return null;
        },
        cancellation);

    public async Task<Failure?> DeleteAsync(Guid id, Guid question, Caller caller, CancellationToken cancellation) => await source.InTransaction(
        tx => tx.Connection!.ExecuteAsync(
            "update market.question set deleted_at = @Now where id = @question and listing_id = @id and deleted_at is null and (@IsOperator or asker_id = @MemberId and answer is null)",
            new { question, id, caller.IsOperator, caller.MemberId, Now = time.GetUtcNow() }, tx),
        cancellation) == 1 ? null : UnknownQuestion;

    /// <summary>The latest fifty, the oldest of them first, as they are read.</summary>
    public async Task<IReadOnlyList<QuestionResource>> ListAsync(Guid listing, Guid? viewer, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = (await connection.QueryAsync<Row>(new(
            "select * from (select id, asker_id, text, asked_at, answer, answered_at from market.question where listing_id = @listing and deleted_at is null order by id desc limit 50) latest order by id",
            new { listing }, cancellationToken: cancellation))).AsList();
        await connection.CloseAsync();
        var askers = await members.FindMany([.. rows.Select(row => row.AskerId)], cancellation);
        return [.. rows.Select(row => new QuestionResource(row.Id, askers.GetValueOrDefault(row.AskerId)?.Nickname, row.AskerId == viewer, row.Text, row.AskedAt, row.Answer, row.AnsweredAt))];
    }

    private static string Short(string text) => text.Length <= 120 ? text : $"{text[..(char.IsHighSurrogate(text[118]) ? 118 : 119)]}…";

    private sealed record Row(Guid Id, Guid AskerId, string Text, DateTimeOffset AskedAt, string? Answer, DateTimeOffset? AnsweredAt)
    {
        public Row()
            : this(default, default, "", default, null, null)
        {
        }
    }
}
