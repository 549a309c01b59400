using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts;

/// <summary>What a module keeps about members. Register one implementation a module, and a member's export and departure are complete.</summary>
public interface IPersonalData
{
    /// <summary>The section of the exported file: the module's name in camel case.</summary>
    string Section { get; }

    /// <summary>Everything that the module keeps about a member, as records or anonymous objects; null: nothing. Never a secret, nor another person's data.</summary>
    /// <param name="member">Who asks.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<object?> Export(Guid member, CancellationToken cancellation);

    /// <summary>Why the member cannot leave yet, such as a sale that is not over; null when nothing is against it.</summary>
    /// <param name="transaction">The transaction that would delete the member.</param>
    /// <param name="member">Who wishes to leave.</param>
    Task<Failure?> Hinders(NpgsqlTransaction transaction, Guid member) => Task.FromResult<Failure?>(null);

    /// <summary>Deletes the person from the module's data in the transaction that deletes the member. What others need stays under the member's id, which names nobody any more.</summary>
    /// <param name="transaction">The transaction that deletes the member.</param>
    /// <param name="member">Who leaves.</param>
    Task Erase(NpgsqlTransaction transaction, Guid member);
}
