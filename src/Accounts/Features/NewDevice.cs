using Dapper;
using Madang.Accounts.Domain;
using Madang.Notifications;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>Tells members that somebody signed in from where they never did before. Who has just become a member knows it.</summary>
internal sealed class NewDevice(INotifications notifications, TimeProvider time)
{
    public const string Kind = "accounts.new_device";

    /// <summary>Call it before the session is there.</summary>
    public async Task TellAsync(NpgsqlTransaction transaction, Guid memberId, HttpContext context)
    {
        var returns = await transaction.Connection!.ExecuteScalarAsync<bool>(
            """
            select exists (select from accounts.session where member_id = @memberId)
              or exists (select from accounts.token_family where member_id = @memberId)
              or exists (select from accounts.member where id = @memberId and created_at < @Yesterday)
            """,
            new { memberId, Yesterday = time.GetUtcNow().AddDays(-1) }, transaction);
        if (returns)
            await notifications.Notify(transaction, memberId, Kind, new
            {
                Device = DeviceName.Of(Sessions.DeviceOf(context.Request)),
                Address = Sessions.AddressOf(context),
                At = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture),
            });
    }
}
