using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Wallet.Domain;
using Npgsql;

namespace Madang.Tests.Wallet;

/// <summary>A member with a program of his own, and what he does with his wallet.</summary>
internal sealed class WalletMember(TestMember member, TestProgram program)
{
    public Guid Id => member.Id;

    public TestMember Member => member;

    public HttpClient Client => program.Client;

    public static async Task<WalletMember> JoinAsync(Node node, string role = "member")
    {
        var member = await TestMember.JoinAsync(node, role);
        return new(member, await member.ProgramAsync(node));
    }

    public Task<HttpResponseMessage> ChargeAsync(object? amount, string? key = null) => PostAsync("/api/wallet/charges", new { amount }, key);

    public async Task<JsonElement> OpenChargeAsync(long amount, string? key = null) => await (await ChargeAsync(amount, key)).ShouldBeAsync(HttpStatusCode.Created);

    public Task<HttpResponseMessage> RefundAsync(long amount, string? key = null) => PostAsync("/api/wallet/refunds", new { amount }, key);

    public Task<HttpResponseMessage> PostAsync(string path, object body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        return Client.SendAsync(request);
    }

    /// <summary>What the member does at the sandbox's counter: approve, decline or leave. Answers where the browser is sent.</summary>
    public async Task<string> AtCheckoutAsync(JsonElement charge, string answer)
    {
        var response = await Client.PostAsync($"{charge.GetProperty("checkoutUrl").GetString()}/{answer}", null);
        await response.ShouldBeAsync(HttpStatusCode.Redirect);
        return response.Headers.Location!.ToString();
    }

    /// <summary>Buys points, the whole way round.</summary>
    public async Task<Guid> BuyAsync(long amount)
    {
        var charge = await OpenChargeAsync(amount);
        await Client.GetAsync(await AtCheckoutAsync(charge, "approve"));
        var paid = await ShowAsync(charge);
        Xunit.Assert.Equal("paid", paid.GetProperty("state").GetString());
        return charge.GetProperty("id").GetGuid();
    }

    public async Task<JsonElement> ShowAsync(JsonElement charge) => await (await Client.GetAsync($"/api/wallet/charges/{charge.GetProperty("id").GetString()}")).ShouldBeAsync(HttpStatusCode.OK);

    public Task<JsonElement> EventuallyAsync(JsonElement charge, string state) =>
        Answers.EventuallyAsync(() => ShowAsync(charge), seen => seen.GetProperty("state").GetString() == state);

    public async Task<(long Available, long Held, long Refundable)> BalanceAsync()
    {
        var wallet = await (await Client.GetAsync("/api/wallet")).ShouldBeAsync(HttpStatusCode.OK);
        return (wallet.GetProperty("available").GetInt64(), wallet.GetProperty("held").GetInt64(), wallet.GetProperty("refundable").GetInt64());
    }
}

/// <summary>What the sandbox, as the other side, sends and keeps.</summary>
internal static class SandboxSide
{
    public static async Task<byte[]> SecretAsync(this WalletHost host) => (await host.ScalarAsync<byte[]>("select secret from wallet.sandbox_merchant"))!;

    public static Task SqlAsync(this WalletHost host, string sql, object? arguments = null) => host.ScalarAsync<object>(sql, arguments);

    /// <summary>A webhook, signed with the sandbox's secret unless the test has a signature of its own.</summary>
    public static async Task<HttpResponseMessage> TellAsync(this WalletHost host, object message, string? signature = null, DateTimeOffset? at = null) =>
        await host.TellAsync(JsonSerializer.SerializeToUtf8Bytes(message), signature, at);

    public static async Task<HttpResponseMessage> TellAsync(this WalletHost host, byte[] body, string? signature = null, DateTimeOffset? at = null)
    {
        signature ??= WebhookSignature.Sign(await host.SecretAsync(), at ?? host.First.Clock.GetUtcNow(), body);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/wallet/webhooks/sandbox") { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation("Sandbox-Signature", signature);
        return await host.Stranger().SendAsync(request);
    }
}
