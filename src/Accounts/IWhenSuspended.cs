using Npgsql;

namespace Madang.Accounts;

/// <summary>What a module does when a member is suspended. Any number may be registered.</summary>
public interface IWhenSuspended
{
    /// <summary>Called in the suspending transaction, in which the member's row is locked: lock nothing else here, enqueue work.</summary>
    /// <param name="transaction">The transaction that suspends the member.</param>
    /// <param name="member">Who is suspended.</param>
    Task Suspended(NpgsqlTransaction transaction, Guid member);
}
