using Dapper;
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

/// <summary>Where to send something.</summary>
/// <param name="Label">What the member calls it, 1 to 30 letters: home, office.</param>
/// <param name="Recipient">Whose name stands on the parcel, up to 50 letters.</param>
/// <param name="Phone">For who brings it.</param>
/// <param name="Postcode">3 to 10 letters.</param>
/// <param name="Line1">Up to 200 letters.</param>
/// <param name="Line2">Floor and door; may be empty.</param>
/// <param name="IsDefault">True: offered first from now on. The first address is that anyway.</param>
public sealed record AddressRequest(string? Label, string? Recipient, string? Phone, string? Postcode, string? Line1, string? Line2, bool? IsDefault = null);

/// <summary>Where to send something.</summary>
/// <param name="Id">To change and delete it by.</param>
/// <param name="Label">What the member calls it.</param>
/// <param name="Recipient">Whose name stands on the parcel.</param>
/// <param name="Phone">Digits.</param>
/// <param name="Postcode">As it was typed.</param>
/// <param name="Line1">Street and number.</param>
/// <param name="Line2">Floor and door.</param>
/// <param name="IsDefault">Offered first.</param>
public sealed record AddressResource(Guid Id, string Label, string Recipient, string Phone, string Postcode, string Line1, string? Line2, bool IsDefault);

/// <summary>A member's addresses: at most ten, exactly one of them the default.</summary>
internal sealed class Addresses(NpgsqlDataSource source, TimeProvider time)
{
    public const int Most = 10;

    private const string Columns = "id, label, recipient, phone, postcode, line1, line2, is_default";

    public async Task<IReadOnlyList<AddressResource>> ListAsync(Guid memberId, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<AddressResource>(new(
            $"select {Columns} from accounts.address where member_id = @memberId order by is_default desc, id", new { memberId }, cancellationToken: cancellation))).AsList();
    }

    public Task<Result<AddressResource>> AddAsync(Guid memberId, AddressRequest typed, CancellationToken cancellation) =>
        source.InTransaction(tx => AddAsync(tx, memberId, typed), cancellation);

    /// <summary>Adds one in the caller's transaction, such as the sign-up's.</summary>
    public async Task<Result<AddressResource>> AddAsync(NpgsqlTransaction transaction, Guid memberId, AddressRequest typed)
    {
        if (!Check(typed).Succeeded(out var address, out var wrong))
            return wrong;
        // Of two that are added at once, the second counts the first.
        await Members.LockAsync(transaction, memberId);
        var count = await transaction.Connection!.ExecuteScalarAsync<int>("select count(*) from accounts.address where member_id = @memberId", new { memberId }, transaction);
        if (count >= Most)
            return new Failure("address.too_many", $"You may keep {Most} addresses. Delete one that you no longer need.", StatusCodes.Status409Conflict);
        var row = address with { Id = Guid.CreateVersion7(time.GetUtcNow()), IsDefault = count == 0 || address.IsDefault };
        if (row.IsDefault)
            await ClearDefaultAsync(transaction, memberId);
        await transaction.Connection!.ExecuteAsync(
            """
            insert into accounts.address (id, member_id, label, recipient, phone, postcode, line1, line2, is_default, created_at)
            values (@Id, @memberId, @Label, @Recipient, @Phone, @Postcode, @Line1, @Line2, @IsDefault, @Now)
            """,
            new { row.Id, memberId, row.Label, row.Recipient, row.Phone, row.Postcode, row.Line1, row.Line2, row.IsDefault, Now = time.GetUtcNow() }, transaction);
        return row;
    }

    public async Task<Result<AddressResource>> ChangeAsync(Guid memberId, Guid id, AddressRequest typed, CancellationToken cancellation)
    {
        if (!Check(typed).Succeeded(out var address, out var wrong))
            return wrong;
        return await source.InTransaction<Result<AddressResource>>(
            async tx =>
            {
                if (!await IsOwnAsync(tx, memberId, id))
                    return Unknown;
                if (address.IsDefault)
                    await ClearDefaultAsync(tx, memberId);
                // The default ends by another taking its place.
                return await tx.Connection!.QuerySingleAsync<AddressResource>(
                    $"""
                    update accounts.address set label = @Label, recipient = @Recipient, phone = @Phone, postcode = @Postcode, line1 = @Line1, line2 = @Line2,
                      is_default = is_default or @IsDefault
                    where id = @id and member_id = @memberId returning {Columns}
                    """,
                    new { id, memberId, address.Label, address.Recipient, address.Phone, address.Postcode, address.Line1, address.Line2, address.IsDefault }, tx);
            },
            cancellation);
    }

    public Task<Failure?> MakeDefaultAsync(Guid memberId, Guid id, CancellationToken cancellation) => source.InTransaction(
        async tx =>
        {
            if (!await IsOwnAsync(tx, memberId, id))
                return Unknown;
            await ClearDefaultAsync(tx, memberId);
            await tx.Connection!.ExecuteAsync("update accounts.address set is_default = true where id = @id", new { id }, tx);
            return null;
        },
        cancellation);

    /// <summary>Deletes one; the oldest of the others becomes the default when that was it.</summary>
    public Task<Failure?> DeleteAsync(Guid memberId, Guid id, CancellationToken cancellation) => source.InTransaction(
        async tx =>
        {
            await Members.LockAsync(tx, memberId);
            var wasDefault = await tx.Connection!.QuerySingleOrDefaultAsync<bool?>(
                "delete from accounts.address where id = @id and member_id = @memberId returning is_default", new { id, memberId }, tx);
            if (wasDefault is true)
                await tx.Connection!.ExecuteAsync(
                    "update accounts.address set is_default = true where id = (select id from accounts.address where member_id = @memberId order by id limit 1)", new { memberId }, tx);
            return wasDefault is null ? Unknown : null;
        },
        cancellation);

    public static Failure Unknown => new("address.unknown", "There is no such address.", StatusCodes.Status404NotFound);

    /// <summary>Reads what was typed, or says what is wrong with each field.</summary>
    internal static Result<AddressResource> Check(AddressRequest typed)
    {
        var wrong = new FieldFailures();
        var label = wrong.Take("label", Label(typed.Label));
        var recipient = wrong.Take("recipient", MemberFields.Name(typed.Recipient));
        var phone = wrong.Take("phone", MemberFields.Phone(typed.Phone));
        var (postcode, line1, line2) = wrong.Take("postcode", MemberFields.Address(typed.Postcode, typed.Line1, typed.Line2));
        if (postcode is null)
            wrong.Add("postcode", new Failure("member.address", "Give a postcode and an address."));
        return wrong.Failure is { } failure ? failure : new AddressResource(default, label!, recipient!, phone!, postcode!, line1!, line2, typed.IsDefault ?? false);
    }

    private static Result<string> Label(string? typed) =>
        typed?.Trim() is { Length: >= 1 and <= 30 } label && TypedText.IsLine(label)
            ? label
            : new Failure("address.label", "Call the address something in up to 30 letters, such as home or office.");

    /// <summary>Whether the address is this member's, whose row stays locked: of two changes at once, the second sees the first.</summary>
    private static async Task<bool> IsOwnAsync(NpgsqlTransaction transaction, Guid memberId, Guid id)
    {
        await Members.LockAsync(transaction, memberId);
        return await transaction.Connection!.ExecuteScalarAsync<bool>(
            "select exists (select from accounts.address where id = @id and member_id = @memberId)", new { id, memberId }, transaction);
    }

    private static Task ClearDefaultAsync(NpgsqlTransaction transaction, Guid memberId) =>
        transaction.Connection!.ExecuteAsync("update accounts.address set is_default = false where member_id = @memberId and is_default", new { memberId }, transaction);
}

/// <summary>The API of a member's addresses.</summary>
internal static class AddressEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var addresses = routes.MapGroup("/api/me/addresses").RequireMember().WithTags("Me");
        addresses.MapGet("", (HttpContext context, Addresses store, CancellationToken cancellation) => store.ListAsync(Me(context), cancellation))
            .WithSummary("List my addresses, the default first");
        addresses.MapPost("", async Task<Results<Created<AddressResource>, ProblemHttpResult>> (AddressRequest request, HttpContext context, Addresses store, CancellationToken cancellation) =>
                (await store.AddAsync(Me(context), request, cancellation)).Succeeded(out var made, out var failure) ? TypedResults.Created($"/api/me/addresses/{made.Id}", made) : failure.ToProblem(context))
            .WithSummary("Add an address: at most ten");
        addresses.MapPut("/{id:guid}", async Task<Results<Ok<AddressResource>, ProblemHttpResult>> (Guid id, AddressRequest request, HttpContext context, Addresses store, CancellationToken cancellation) =>
                (await store.ChangeAsync(Me(context), id, request, cancellation)).Succeeded(out var changed, out var failure) ? TypedResults.Ok(changed) : failure.ToProblem(context))
            .WithSummary("Change an address, or make it the default");
        addresses.MapDelete("/{id:guid}", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, HttpContext context, Addresses store, CancellationToken cancellation) =>
                await store.DeleteAsync(Me(context), id, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.NoContent())
            .WithSummary("Delete an address");

        // The buttons of /me. What is refused was done meanwhile elsewhere: the page shows how it is.
        var forms = routes.MapGroup("/me/addresses/{id:guid}").RequireMember().ExcludeFromDescription();
        forms.MapPost("/delete", async (Guid id, HttpContext context, Addresses store, CancellationToken cancellation) =>
        {
            await store.DeleteAsync(Me(context), id, cancellation);
            return TypedResults.Redirect("/me?saved=address");
        });
        forms.MapPost("/default", async (Guid id, HttpContext context, Addresses store, CancellationToken cancellation) =>
        {
            await store.MakeDefaultAsync(Me(context), id, cancellation);
            return TypedResults.Redirect("/me?saved=address");
        });
    }

    private static Guid Me(HttpContext context) => context.Caller()!.MemberId!.Value;
}
