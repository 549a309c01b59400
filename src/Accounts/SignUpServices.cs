using Madang.Accounts.Features;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Work;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Accounts;

/// <summary>The part of the module by which people become members, come in by password, and get back in by mail.</summary>
internal static class SignUpServices
{
    public static IServiceCollection AddSignUp(this IServiceCollection services)
    {
        services.AddSingleton<Members>();
        services.AddSingleton<IPasswordHasher<MemberRow>, PasswordHasher<MemberRow>>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<Allowances>();
        services.AddSingleton<SignInFailures>();
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<PasswordSignIn>();
        services.AddSingleton<SignInByPassword>();
        services.AddSingleton<Availability>();
        services.AddSingleton<SignUp>();
        services.AddSingleton<ConfirmSignUp>();
        services.AddSingleton<AskForCode>();
        services.AddSingleton<FindLoginId>();
        services.AddSingleton<ResetPassword>();
        services.AddSingleton<ChangePassword>();
        services.AddWork<SweepSignUps.Job, SweepSignUps>(SweepSignUps.Kind);
        services.AddRecurringWork(SweepSignUps.Kind, SweepSignUps.Cron);
        services.AddSingleton(new MailTemplate(SignUp.CodeMail, typeof(AccountsText)));
        services.AddSingleton(new MailTemplate(SignUp.MemberMail, typeof(AccountsText), "/sign-in"));
        services.AddSingleton(new MailTemplate(AskForCode.LoginIdMail, typeof(AccountsText)));
        services.AddSingleton(new MailTemplate(AskForCode.PasswordMail, typeof(AccountsText)));
        services.AddSingleton(new MailTemplate(AskForCode.NobodyMail, typeof(AccountsText), "/sign-up"));
        services.AddSingleton(new NotificationKind(ChangePassword.ChangedNotice, typeof(AccountsText), "/reset-password", Mandatory: true));
        return services;
    }
}
