using Dapper;
using Madang.Accounts.Features;
using Madang.Accounts.Features.Passkeys;
using Madang.Accounts.Features.Providers;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Madang.Accounts;

/// <summary>The part of the module by which people come in without a password: providers such as Google, and passkeys.</summary>
internal static class OtherWays
{
    /// <summary>What a member is told when there is one more way into the account: whoever adds one behind the owner's back stays in after a new password.</summary>
    public const string AddedKind = "accounts.way_added";

    public static AuthenticationBuilder AddOtherWays(this AuthenticationBuilder authentication, IConfiguration configuration)
    {
        var services = authentication.Services;
        var providers = ProviderSettings.From(configuration);
        services.AddSingleton(providers);
        services.AddSingleton<EnterByProvider>();
        services.AddSingleton(new MailTemplate(EnterByProvider.CodeMail, typeof(WaysText)));
        services.AddSingleton(new NotificationKind(AddedKind, typeof(WaysText), "/me/sign-in", Mandatory: true));
        authentication.AddProviders(providers);

        services.AddIdentityCore<MemberRow>();
        // Where passkeys are bound to; a key made for one domain answers to no other. Null: the host that the browser asks for.
        services.Configure<IdentityPasskeyOptions>(options =>
        {
            options.ServerDomain = configuration["Accounts:Passkeys:Domain"];
            // A key that was found or stolen opens nothing without its owner's finger or code.
            options.UserVerificationRequirement = "required";
            options.ResidentKeyRequirement = "required";
        });
        services.AddSingleton<PasskeyStore>();
        services.AddScoped<IUserStore<MemberRow>>(provider => provider.GetRequiredService<PasskeyStore>());
        services.AddScoped<IPasskeyHandler<MemberRow>, PasskeyHandler<MemberRow>>();
        services.AddScoped<Passkeys>();
        services.AddSingleton<IPersonalData, WaysData>();
        return authentication;
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ProviderEndpoints.Map(routes);
        PasskeyEndpoints.Map(routes);
    }

    private sealed class WaysData(NpgsqlDataSource source) : IPersonalData
    {
        public string Section => "signIn";

        public async Task<object?> Export(Guid member, CancellationToken cancellation)
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            return new
            {
                Providers = await ProviderIdentities.ListAsync(connection, member),
                Passkeys = (await connection.QueryAsync<(string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)>(new(
                    "select name, created_at, last_used_at from accounts.passkey where member_id = @member order by created_at", new { member }, cancellationToken: cancellation)))
                    .Select(key => new { key.Name, key.CreatedAt, key.LastUsedAt }),
            };
        }

        public Task Erase(NpgsqlTransaction transaction, Guid member) => transaction.Connection!.ExecuteAsync(
            """
            delete from accounts.pending_provider where lower(email) = (select lower(email) from accounts.member where id = @member);
            delete from accounts.provider_identity where member_id = @member;
            delete from accounts.passkey_challenge where member_id = @member;
            delete from accounts.passkey where member_id = @member;
            """,
            new { member }, transaction);
    }
}
