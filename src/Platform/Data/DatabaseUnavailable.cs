using System.Net.Sockets;
using Npgsql;

namespace Madang.Platform.Data;

/// <summary>Tells an outage of PostgreSQL, which passes, from a bug, which does not.</summary>
public static class DatabaseUnavailable
{
    /// <summary>True where the database could not be reached, is starting or stopping, or dropped the connection.</summary>
    /// <param name="exception">What was thrown, at any depth.</param>
    public static bool Is(Exception? exception) => exception switch
    {
        null => false,
        // 57P0x: admin shutdown, crash shutdown, cannot connect now; 53300: too many connections.
        PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "53300" } => true,
        PostgresException => false,
        NpgsqlException { InnerException: SocketException or IOException or TimeoutException or null } => true,
        NpgsqlException e => Is(e.InnerException),
        AggregateException e => e.InnerExceptions.Any(Is),
        _ => Is(exception.InnerException),
    };
}
