using System.Net;
using System.Net.Http.Json;
using Dapper;
using Madang.Platform.Data;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Servers;
using Npgsql;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>The real program, killed while many pay at once: the money is where the ledger says, once.</summary>
[Collection(nameof(Platform.MeasuredAlone))]
public sealed class KilledWhileChargingTests
{
    private const int Payers = 12;

    private static readonly string[] Settings = ["--Wallet:Sandbox=true", "--Wallet:LookAfterSeconds=1", "--Wallet:MaxOpenCharges=100", "--Wallet:MaxChargedPerDay=1000000000", "--Wallet:MaxBalance=1000000000"];

    [Fact]
    public async Task Killed_in_the_middle_of_charging_every_payment_that_was_taken_is_credited_once()
    {
        await using var madang = new MadangProgram();
        await madang.StartAsync(Settings);
        var database = PrivateCluster.ConnectionString(new DataFolder(madang.Folder)) + ";Pooling=false";
        var payers = await PayersAsync(database);
        var unsettled = 0L;
        for (var round = 0; round < 3; round++)
        {
            using var end = new CancellationTokenSource();
            var before = await CountAsync(database, "paid");
            var load = payers.Select(payer => PayAsync(madang.Address, payer, end.Token)).ToArray();
            await Answers.EventuallyAsync(() => CountAsync(database, "paid"), paid => paid >= before + 25, seconds: 60);
            var pid = madang.DatabasePid!.Value;

            await madang.KillAsync();

            await end.CancelAsync();
            await Task.WhenAll(load);
            await Answers.EventuallyAsync(() => Task.FromResult(MadangProgram.Gone(pid)), gone => gone);
            await madang.StartAsync(Settings);
            unsettled += await UnsettledAsync(database);
        }

        // What the provider had taken and we had not written down when we were killed is found, without anybody coming back.
        await Answers.EventuallyAsync(() => UnsettledAsync(database), left => left == 0, seconds: 120);
        await using var connection = new NpgsqlConnection(database);
        Assert.Empty(await connection.QueryAsync<string>("select problem || ': ' || subject || ' ' || detail from wallet.check()"));
        var (theirs, members, credits, charges) = await connection.QuerySingleAsync<(long, long, long, long)>(
            """
            select (select sum(amount)::bigint from wallet.sandbox_payment where state = 'paid'),
                   (select sum(balance)::bigint from wallet.account where member_id is not null),
                   (select count(*) from wallet.transfer where kind = 'charge'),
                   (select count(*) from wallet.sandbox_payment where state = 'paid')
            """);
        Assert.Equal(theirs, members);
        Assert.Equal(charges, credits);
        Assert.True(credits >= 75, $"only {credits} charges were paid: this test proves little");
        TestContext.Current.TestOutputHelper?.WriteLine($"{credits} charges; {unsettled} were taken but not credited at the kills");
    }

    /// <summary>Members with tokens, made by a node of our own beside the program.</summary>
    private static async Task<IReadOnlyList<string>> PayersAsync(string database)
    {
        await using var node = new Node(database, [new("Wallet:Sandbox", "true")], port: null);
        var tokens = new List<string>();
        for (var i = 0; i < Payers; i++)
            tokens.Add((await (await TestMember.JoinAsync(node)).ProgramAsync(node)).Access);
        return tokens;
    }

    private static async Task PayAsync(Uri address, string token, CancellationToken end)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        while (!end.IsCancellationRequested)
        {
            try
            {
                var request = new HttpRequestMessage(HttpMethod.Post, "/api/wallet/charges") { Content = JsonContent.Create(new { amount = 1_000 }) };
                request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
                var charge = await (await client.SendAsync(request, end)).JsonAsync();
                var back = await client.PostAsync($"{charge.GetProperty("checkoutUrl").GetString()}/approve", null, end);
                await client.GetAsync(back.Headers.Location, end);
            }
            catch (Exception cut) when (cut is HttpRequestException or OperationCanceledException or IOException)
            {
                return; // the server was killed
            }
        }
    }

    private static Task<long> CountAsync(string database, string state) => ScalarAsync(database, "select count(*) from wallet.charge where state = @state", new { state });

    /// <summary>Payments that their payer agreed to, or that were taken, without points for them.</summary>
    private static Task<long> UnsettledAsync(string database) => ScalarAsync(
        database,
        "select count(*) from wallet.sandbox_payment p join wallet.charge c on c.id::text = p.order_id where p.state in ('authorised', 'paid') and c.state <> 'paid'");

    private static async Task<long> ScalarAsync(string database, string sql, object? arguments = null)
    {
        await using var connection = new NpgsqlConnection(database);
        return await connection.ExecuteScalarAsync<long>(sql, arguments);
    }
}
