using Madang.Design;
using Madang.Notifications.Domain;
using Madang.Notifications.Features;
using Madang.Notifications.Mail;
using Madang.Notifications.Pages;
using Madang.Notifications.Storage;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Madang.Notifications;

/// <summary>What members are told, in the app and by e-mail.</summary>
public static partial class NotificationsModule
{
    /// <summary>Adds notifications and mails. A module that keeps members adds an <see cref="IRecipients"/>; without one nobody gets mail.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration: <c>Mail</c>.</param>
    /// <exception cref="InvalidOperationException">The mail settings are wrong.</exception>
    public static IServiceCollection AddNotifications(this IServiceCollection services, IConfiguration configuration)
    {
        var mail = MailSettings.Read(configuration);
        services.AddMigrations("notifications", typeof(NotificationsModule).Assembly);
        services.AddSingleton(mail);
        services.AddSingleton<FolderTransport>();
        if (mail.Smtp is { } smtp)
            services.AddSingleton<IMailTransport>(provider => new SmtpTransport(smtp, provider.GetRequiredService<TimeProvider>()));
        else
            services.AddSingleton<IMailTransport>(provider => provider.GetRequiredService<FolderTransport>());
        services.TryAddSingleton<IRecipients, NoRecipients>();
        services.AddSingleton<NotificationKinds>();
        services.AddSingleton<Wordings>();
        services.AddSingleton<NotificationStore>();
        services.AddSingleton<Bells>();
        services.AddSingleton<Inbox>();
        services.AddSingleton<Preferences>();
        services.AddSingleton<MailComposer>();
        services.AddSingleton<INotifications, Notify>();
        services.AddSingleton<IMails, Mails>();
        services.AddWork<RingBell, RingBellHandler>(RingBell.Kind);
        services.AddWork<SendMail, SendMailHandler>(SendMail.Kind, SendMail.Settings);
        services.AddWork<SendMail, SendMailHandler>(SendMail.LetterKind, SendMail.Settings);
        services.AddWork<Sweep.Everything, Sweep>(Sweep.Kind);
        services.AddRecurringWork(Sweep.Kind, "0 20 * * * ?");
        services.AddPages<NotificationsText>();
        services.AddSingleton(new HeaderTool(typeof(Bell)));
        services.AddSingleton(new NavigationItem(
            "/notifications/settings", typeof(NotificationsText), "Settings.Title", Order: 300, For: Audience.Members, InMenu: true));
        services.AddValidation();
        return services;
    }

    /// <summary>Maps the members' API, the forms of the pages, and <c>/dev/mail</c> where it is on.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapNotifications(this IEndpointRouteBuilder routes)
    {
        NotificationEndpoints.Map(routes);
        Preferences.Map(routes);
        NotificationForms.Map(routes);
        var settings = routes.ServiceProvider.GetRequiredService<MailSettings>();
        if (settings.DevInbox)
            DevInbox.Map(routes);
        else if (settings.Smtp is null)
            LogNoServer(routes.ServiceProvider.GetRequiredService<ILogger<MailSettings>>(), routes.ServiceProvider.GetRequiredService<FolderTransport>().Folder);
        return routes;
    }

    [LoggerMessage(LogLevel.Warning, "No mail server is set (Mail:Smtp:Host): mails are written to {Folder} and reach nobody.")]
    private static partial void LogNoServer(ILogger logger, string folder);
}
