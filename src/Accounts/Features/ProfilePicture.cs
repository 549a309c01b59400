using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Images;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>
/// A member's picture: taken in by Images, which decides by its content whether it is one. The old picture goes in the transaction that puts the new one in its
/// place, so that there is always one or the other.
/// </summary>
internal sealed class ProfilePicture(NpgsqlDataSource source, IPictures pictures, Allowances allowances)
{
    public const long MostBytes = 5_000_000;

    // More than a picture may have, so that a person whose picture is too large is told so beside the field.
    private const long MostFormBytes = 25_000_000;

    private static readonly Budget ByMember = new("picture:member", Burst: 10, Every: TimeSpan.FromMinutes(2));

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/me/picture").RequireMember().WithTags("Me");
        // Access checks for forgery, and lets programs be.
        api.MapPut("", async Task<Results<NoContent, ProblemHttpResult>> (IFormFile file, HttpContext context, ProfilePicture picture, CancellationToken cancellation) =>
                await picture.SetAsync(file, context, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.NoContent())
            .TakesSmallForm(MostFormBytes).DisableAntiforgery()
            .WithSummary("Set my picture: a form with the picture in `file`, at most 5 MB");
        api.MapDelete("", async (HttpContext context, ProfilePicture picture, CancellationToken cancellation) =>
            {
                await picture.RemoveAsync(context.Caller()!.MemberId!.Value, cancellation);
                return TypedResults.NoContent();
            })
            .WithSummary("Remove my picture");

        var forms = routes.MapGroup("/me/picture").RequireMember().ExcludeFromDescription();
        forms.MapPost("", async (IFormFileCollection files, HttpContext context, ProfilePicture picture, CancellationToken cancellation) =>
                TypedResults.Redirect(await picture.SetAsync(files.GetFile("file"), context, cancellation) is { } failure ? $"/me?picture={Uri.EscapeDataString(failure.Code)}" : "/me?saved=picture"))
            .TakesSmallForm(MostFormBytes).DisableAntiforgery();
        forms.MapPost("/remove", async (HttpContext context, ProfilePicture picture, CancellationToken cancellation) =>
        {
            await picture.RemoveAsync(context.Caller()!.MemberId!.Value, cancellation);
            return TypedResults.Redirect("/me?saved=picture-removed");
        });
    }

    public async Task<Failure?> SetAsync(IFormFile? file, HttpContext context, CancellationToken cancellation)
    {
        var caller = context.Caller()!;
        if (file is null || file.Length == 0)
            return new Failure("picture.missing", "Choose a picture first.");
        if (await allowances.TakeAsync(ByMember, caller.MemberId.ToString(), cancellation) is { } often)
            return often;
        await using var content = file.OpenReadStream();
        // Not by the name that the file has at home, which may tell more than the picture.
        if (!(await pictures.Add(content, "profile", MostBytes, $"member:{caller.MemberId:N}", cancellation)).Succeeded(out var added, out var failure))
            return failure;
        return await source.InTransaction<Failure?>(
            async tx =>
            {
                if (await Members.LockAsync(tx, caller.MemberId!.Value) is not { } member || !await pictures.Keep(tx, added))
                    return new Failure("picture.interrupted", "The picture could not be kept. Send it again.", StatusCodes.Status503ServiceUnavailable);
                await PutAsync(tx, member, added);
                return null;
            },
            cancellation);
    }

    public Task RemoveAsync(Guid memberId, CancellationToken cancellation) => source.InTransaction(
        async tx =>
        {
            if (await Members.LockAsync(tx, memberId) is { } member)
                await PutAsync(tx, member, picture: null);
        },
        cancellation);

    private async Task PutAsync(NpgsqlTransaction transaction, MemberRow member, Guid? picture)
    {
        await transaction.Connection!.ExecuteAsync("update accounts.member set picture = @picture where id = @Id", new { picture, member.Id }, transaction);
        if (member.Picture is { } old)
            await pictures.Delete(transaction, old);
    }
}
