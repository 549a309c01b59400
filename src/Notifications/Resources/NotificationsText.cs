namespace Madang.Notifications;

/// <summary>Names the resource files <c>NotificationsText.resx</c> and <c>NotificationsText.ko.resx</c>.</summary>
public sealed class NotificationsText;
