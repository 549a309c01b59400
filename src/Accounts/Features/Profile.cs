using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Design;
using Madang.Images;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>What a member changes about oneself; what is left out stays.</summary>
/// <param name="Nickname">2 to 10 letters, Korean or Latin, or digits; what others see.</param>
/// <param name="Name">The person's name; empty: none.</param>
/// <param name="Phone">Such as <c>010-1234-5678</c>; empty: none.</param>
/// <param name="Language"><c>ko</c> or <c>en</c>: of pages and mails.</param>
public sealed record ProfileChange(string? Nickname = null, string? Name = null, string? Phone = null, string? Language = null);

/// <summary>A member as the member alone sees it.</summary>
/// <param name="Id">The member's id.</param>
/// <param name="LoginId">Null for one who came by a provider.</param>
/// <param name="Email">Confirmed.</param>
/// <param name="Nickname">What others see.</param>
/// <param name="Name">Nobody else's business.</param>
/// <param name="Phone">Digits; nobody else's business.</param>
/// <param name="Language"><c>ko</c> or <c>en</c>.</param>
/// <param name="PictureUrl">A square picture, from the root.</param>
/// <param name="Role"><c>member</c> or <c>operator</c>.</param>
/// <param name="HasPassword">False for one who only comes by a provider or a passkey.</param>
/// <param name="CreatedAt">Since when.</param>
public sealed record MeResource(
    Guid Id, string? LoginId, string Email, string Nickname, string? Name, string? Phone, string Language, string? PictureUrl, string Role, bool HasPassword, DateTimeOffset CreatedAt);

/// <summary>Reads and changes one's own profile.</summary>
internal sealed class Profile(NpgsqlDataSource source, Members members, SignedIn signedIn, IPictures pictures, Allowances allowances) : ILanguageChoice
{
    private static readonly Budget Changes = new("profile:unique", Burst: 20, Every: TimeSpan.FromMinutes(20));

    private const int PictureSide = 192;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var me = routes.MapGroup("/api/me").RequireMember().WithTags("Me");
        me.MapGet("", async Task<Results<Ok<MeResource>, ProblemHttpResult>> (HttpContext context, Profile profile, CancellationToken cancellation) =>
                await profile.FindAsync(context.Caller()!.MemberId!.Value, cancellation) is { } found ? TypedResults.Ok(found) : Gone.ToProblem(context))
            .WithSummary("My profile");
        me.MapPatch("", async Task<Results<Ok<MeResource>, ProblemHttpResult>> (ProfileChange change, HttpContext context, Profile profile, CancellationToken cancellation) =>
                (await profile.ChangeAsync(context.Caller()!.MemberId!.Value, change, cancellation)).Succeeded(out var changed, out var failure) ? TypedResults.Ok(changed) : failure.ToProblem(context))
            .WithSummary("Change nickname, name, phone or language");
    }

    public async Task<MeResource?> FindAsync(Guid id, CancellationToken cancellation) => await members.FindAsync(id, cancellation) is { } row ? Of(row) : null;

    public async Task<Result<MeResource>> ChangeAsync(Guid id, ProfileChange change, CancellationToken cancellation)
    {
        var wrong = new FieldFailures();
        var nickname = change.Nickname is null ? null : wrong.Take("nickname", MemberFields.Nickname(change.Nickname));
        var name = string.IsNullOrWhiteSpace(change.Name) ? null : wrong.Take("name", MemberFields.Name(change.Name));
        var phone = string.IsNullOrWhiteSpace(change.Phone) ? null : wrong.Take("phone", MemberFields.Phone(change.Phone));
        if (change.Language is not (null or "ko" or "en"))
            wrong.Add("language", new Failure("member.language", "The languages are `ko` and `en`."));
        if (wrong.Failure is { } failure)
            return failure;
        // Whether somebody else has a number is not to be found out by the thousand.
        if ((phone is not null || nickname is not null) && await allowances.TakeAsync(Changes, id.ToString("N"), cancellation) is { } often)
            return often;
        try
        {
            return await source.InTransaction<Result<MeResource>>(
                async tx =>
                {
                    if (await Members.LockAsync(tx, id) is not { } row)
                        return Gone;
                    // One's own nickname in other capitals is no one else's.
                    await tx.Connection!.ExecuteAsync(
                        "update accounts.member set nickname = @Nickname, name = @Name, phone = @Phone, language = @Language where id = @id",
                        new
                        {
                            id,
                            Nickname = nickname ?? row.Nickname,
                            Name = change.Name is null ? row.Name : name,
                            Phone = change.Phone is null ? row.Phone : phone,
                            Language = change.Language ?? row.Language,
                        },
                        tx);
                    await signedIn.ForgetMemberAsync(tx, id);
                    return Of((await Members.LockAsync(tx, id))!);
                },
                cancellation);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            var field = error.ConstraintName == "member_nickname" ? "nickname" : "phone";
            return FieldFailures.One(field, Members.Taken(field));
        }
    }

    /// <summary>The choice in the header is the account's too.</summary>
    async Task ILanguageChoice.Save(HttpContext context, string language)
    {
        if (context.Caller()?.MemberId is { } id)
            await ChangeAsync(id, new ProfileChange(Language: language), context.RequestAborted);
    }

    private static Failure Gone => new("auth.member", "There is no such member.", StatusCodes.Status403Forbidden);

    private MeResource Of(MemberRow row) => new(
        row.Id, row.LoginId, row.Email, row.Nickname, row.Name, row.Phone, row.Language, row.Picture is { } picture ? pictures.SquareUrl(picture, PictureSide) : null,
        row.Role, row.PasswordHash is not null, row.CreatedAt);
}
