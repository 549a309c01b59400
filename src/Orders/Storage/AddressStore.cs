using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Madang.Accounts;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace Madang.Orders.Storage;

/// <summary>Where things are sent, sealed for one order each: a row is of no use to who reads the table, nor beside another order.</summary>
internal sealed class AddressStore(NpgsqlDataSource source, IDataProtectionProvider protection)
{
    /// <summary>Seals before the transaction begins: the keys may have to be read from the database.</summary>
    public byte[] Seal(Guid order, PostalAddress address) => For(order).Protect(JsonSerializer.SerializeToUtf8Bytes(address, JsonSerializerOptions.Web));

    public static Task PutAsync(NpgsqlTransaction tx, Guid order, byte[]? address) => tx.Connection!.ExecuteAsync(
        address is null ? "delete from orders.address where order_id = @order" : "insert into orders.address (order_id, sealed) values (@order, @address) on conflict (order_id) do update set sealed = excluded.sealed",
        new { order, address }, tx);

    /// <summary>The address; null where none was given, or none is kept any more.</summary>
    public async Task<PostalAddress?> FindAsync(Guid order, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var kept = await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition("select sealed from orders.address where order_id = @order", new { order }, cancellationToken: cancellation));
        try
        {
            return kept is null ? null : JsonSerializer.Deserialize<PostalAddress>(For(order).Unprotect(kept), JsonSerializerOptions.Web);
        }
        catch (CryptographicException)
        {
            // Restored without its keys: the buyer tells it again.
            return null;
        }
    }

    private IDataProtector For(Guid order) => protection.CreateProtector("orders.address", order.ToString());
}
