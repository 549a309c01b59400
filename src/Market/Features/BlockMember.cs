using Dapper;
using Madang.Accounts;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>Whom a member will not deal with: they neither bid on his listings nor buy nor ask. It is not told to them.</summary>
internal sealed class BlockMember(NpgsqlDataSource source, IMembers members, TimeProvider time)
{
    private const int Most = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/market/blocks").RequireMember().WithTags("Market");
        api.MapGet("", async Task<Ok<IReadOnlyList<MemberProfile>>> (BlockMember block, HttpContext context) => TypedResults.Ok(await block.ListAsync(Self(context), context.RequestAborted)))
            .WithSummary("List whom you blocked");
        api.MapPut("/{member:guid}", async Task<Results<NoContent, ProblemHttpResult>> (Guid member, BlockMember block, HttpContext context) =>
                await block.AddAsync(Self(context), member, context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Block a member: no bids, purchases and questions of theirs on your listings");
        api.MapDelete("/{member:guid}", async Task<NoContent> (Guid member, BlockMember block, HttpContext context) =>
            {
                await block.RemoveAsync(Self(context), member, context.RequestAborted);
                return TypedResults.NoContent();
            })
            .WithSummary("Let a member be again");
    }

    public async Task<Failure?> AddAsync(Guid self, Guid member, CancellationToken cancellation)
    {
        if (self == member)
            return new Failure("market.block_self", "You cannot block yourself.");
        if (await members.Find(member, cancellation) is null)
            return new Failure("member.unknown", "There is no such member.", StatusCodes.Status404NotFound);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var added = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into market.block (member_id, blocked_id, at) select @self, @member, @now where (select count(*) from market.block where member_id = @self) < @Most
            on conflict do nothing
            """, new { self, member, now = time.GetUtcNow(), Most }, cancellationToken: cancellation));
        return added == 1 || await IsBlockedAsync(self, member, cancellation) ? null : new Failure("market.too_many_blocks", $"At most {Most} members can be blocked.");
    }

    public async Task RemoveAsync(Guid self, Guid member, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition("delete from market.block where member_id = @self and blocked_id = @member", new { self, member }, cancellationToken: cancellation));
    }

    public async Task<bool> IsBlockedAsync(Guid self, Guid member, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from market.block where member_id = @self and blocked_id = @member)", new { self, member }, cancellationToken: cancellation));
    }

    public async Task<IReadOnlyList<MemberProfile>> ListAsync(Guid self, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var ids = (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select blocked_id from market.block where member_id = @self order by at desc, blocked_id", new { self }, cancellationToken: cancellation))).AsList();
        await connection.CloseAsync();
        var known = await members.FindMany(ids, cancellation);
        return [.. ids.Select(id => known.GetValueOrDefault(id)).OfType<MemberProfile>()];
    }

    private static Guid Self(HttpContext context) => context.Caller()!.MemberId!.Value;
}
