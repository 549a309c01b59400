using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Accounts.Features;

/// <summary>Asks about one field; exactly one is given.</summary>
/// <param name="LoginId">A login id.</param>
/// <param name="Nickname">A nickname.</param>
/// <param name="Phone">A phone number.</param>
/// <param name="Email">An e-mail address.</param>
public sealed record AvailabilityRequest(string? LoginId = null, string? Nickname = null, string? Phone = null, string? Email = null);

/// <summary>Whether a new member may have it.</summary>
/// <param name="Available">Absent for a well-formed e-mail address: only a mail to it tells whether it belongs to a member.</param>
/// <param name="Code">Why not.</param>
/// <param name="Detail">Why not, in words.</param>
public sealed record AvailabilityAnswer(bool? Available, string? Code = null, string? Detail = null);

/// <summary>
/// Tells, while somebody fills in the form, what is taken. Nicknames are public and login ids are tried by everybody who signs up, but a list of either is
/// worth something to a guesser, so each network address may ask a few times; phone numbers cost more.
/// </summary>
internal sealed class Availability(Members members, Allowances allowances)
{
    private const int PhoneCost = 5;

    private static readonly Budget ByAddress = new("availability:address", Burst: 40, Every: TimeSpan.FromSeconds(20));

    public async Task<Result<AvailabilityAnswer>> CheckAsync(AvailabilityRequest request, HttpContext context, CancellationToken cancellation)
    {
        if (new[] { request.LoginId, request.Nickname, request.Phone, request.Email }.Count(field => field is not null) != 1)
            return new Failure("availability.one_field", "Ask for one of loginId, nickname, phone and email at a time.");
        if (request.Email is not null)
            return MemberFields.Email(request.Email).Failure is { } noAddress ? No(noAddress) : new AvailabilityAnswer(null);

        var (fields, malformed) = request switch
        {
            { LoginId: { } loginId } => Read(MemberFields.LoginId(loginId), value => new(LoginId: value)),
            { Nickname: { } nickname } => Read(MemberFields.Nickname(nickname), value => new(Nickname: value)),
            _ => Read(MemberFields.Phone(request.Phone), value => new(Phone: value)),
        };
        if (malformed is not null)
            return No(malformed);
        if (await allowances.TakeAsync(ByAddress, Allowances.AddressOf(context), cancellation, request.Phone is null ? 1 : PhoneCost) is { } often)
            return often;
        return (await members.TakenAsync(fields!, cancellation)).FirstOrDefault() is { } taken ? No(taken) : new AvailabilityAnswer(true);
    }

    private static (UniqueFields? Fields, Failure? Malformed) Read(Result<string> result, Func<string, UniqueFields> fields) =>
        result.Succeeded(out var value, out var failure) ? (fields(value), null) : (null, failure);

    private static AvailabilityAnswer No(Failure why) => new(false, why.Code, why.Detail);
}
