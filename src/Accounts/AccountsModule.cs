using Madang.Accounts.Features;
using Madang.Accounts.Storage;
using Madang.Design;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Accounts;

/// <summary>Who may come in: API keys for programs, a session for the operator's browser.</summary>
public static class AccountsModule
{
    /// <summary>Adds keys, sessions and authentication.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration: the section <c>Accounts</c>.</param>
    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations("accounts", typeof(AccountsModule).Assembly);
        services.AddSingleton<SignedIn>();
        services.AddSignUp();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<SignInLinks>();
        services.AddSingleton<IOperatorAccess, OperatorAccess>();
        services.AddSingleton<IAuditLog, AuditLog>();
        AddOwnAccount(services);
        AddOperation(services);
        services.AddPages<AccountsText>();
        services.AddSingleton(new NavigationItem("/access", typeof(AccountsText), "Access.Navigation", Order: 800, For: Audience.Operators));
        services.AddAuthentication(SessionAuthentication.Scheme)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.Scheme, configureOptions: null)
            .AddOtherWays(configuration);
        return services;
    }

    /// <summary>What members do about their own account.</summary>
    private static void AddOwnAccount(IServiceCollection services)
    {
        services.AddSingleton(new NavigationItem("/me", typeof(ProfileText), "Me.Navigation", Order: 10, For: Audience.Members, InMenu: true));
        services.AddSingleton(new NavigationItem("/devices", typeof(ProfileText), "Devices.Navigation", Order: 20, For: Audience.Members, InMenu: true));
        services.AddSingleton<NewDevice>();
        services.AddSingleton<Tokens>();
        services.AddSingleton<Proofs>();
        services.AddSingleton<Addresses>();
        services.AddSingleton<IAddressBook, AddressBook>();
        services.AddSingleton<Profile>();
        services.AddSingleton<ILanguageChoice>(provider => provider.GetRequiredService<Profile>());
        services.AddSingleton<ProfilePicture>();
        services.AddSingleton<ChangeEmail>();
        services.AddSingleton<ExportMe>();
        services.AddSingleton<DeleteMe>();
        services.AddSingleton<IPersonalData, AccountsData>();
        services.AddSingleton<IPersonalData, NotificationsData>();
        services.AddSingleton<MemberProfiles>();
        services.AddSingleton<IMembers>(provider => provider.GetRequiredService<MemberProfiles>());
        services.AddSingleton<IRecipients>(provider => provider.GetRequiredService<MemberProfiles>());
        services.AddWork<SweepSessions.Job, SweepSessions>(SweepSessions.Kind);
        services.AddRecurringWork(SweepSessions.Kind, SweepSessions.Cron);
        services.AddSingleton(new MailTemplate(ChangeEmail.CodeMail, typeof(ProfileText)));
        services.AddSingleton(new MailTemplate(ChangeEmail.TakenMail, typeof(ProfileText), "/sign-in"));
        services.AddSingleton(new MailTemplate(ChangeEmail.ChangedMail, typeof(ProfileText)));
        services.AddSingleton(new MailTemplate(DeleteMe.FarewellMail, typeof(ProfileText)));
        services.AddSingleton(new NotificationKind(NewDevice.Kind, typeof(ProfileText), "/devices", Mandatory: true));
        services.AddSingleton(new NotificationKind(Tokens.ReusedKind, typeof(ProfileText), "/devices", Mandatory: true));
    }

    /// <summary>What the operator does about members.</summary>
    private static void AddOperation(IServiceCollection services)
    {
        services.AddSingleton<MemberDirectory>();
        services.AddSingleton<MemberPower>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton(new NotificationKind(MemberPower.SuspendedKind, typeof(ProfileText), Mandatory: true));
        services.AddSingleton(new NotificationKind(MemberPower.ReinstatedKind, typeof(ProfileText), "/sign-in", Mandatory: true));
        services.AddSingleton(new NotificationKind(MemberPower.RoleKind, typeof(ProfileText), Mandatory: true));
        services.AddSingleton(new NavigationItem("/operator/members", typeof(OperatorText), "Members.Navigation", Order: 810, For: Audience.Operators));
        services.AddSingleton(new NavigationItem("/operator/audit", typeof(OperatorText), "Audit.Navigation", Order: 820, For: Audience.Operators));
    }

    /// <summary>Maps sign-in, sign-out, the forms of the access page and the operator's API for keys.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapAccounts(this IEndpointRouteBuilder routes)
    {
        SignIn.Map(routes);
        SignUpEndpoints.Map(routes);
        KeyEndpoints.Map(routes);
        AccessForms.Map(routes);
        TokenEndpoints.Map(routes);
        SessionEndpoints.Map(routes);
        Proofs.Map(routes);
        Profile.Map(routes);
        ProfilePicture.Map(routes);
        AddressEndpoints.Map(routes);
        ChangeEmail.Map(routes);
        ExportMe.Map(routes);
        DeleteMe.Map(routes);
        OtherWays.Map(routes);
        OperatorEndpoints.Map(routes);
        return routes;
    }
}
