using System.Text.Json;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Wallet.Domain;
using Madang.Wallet.Features;
using Madang.Wallet.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Wallet.Providers;

/// <summary>The sandbox's side of the counter: what the buttons of its checkout page do, and the webhook that follows.</summary>
internal sealed class SandboxCheckout(NpgsqlDataSource source, ChargeStore charges, WorkQueue work)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/wallet/sandbox/{payment}/{answer}", async Task<Results<RedirectHttpResult, StatusCodeHttpResult>> (
                string payment, string answer, SandboxCheckout checkout, SandboxReach reach, HttpContext context) =>
            answer is not ("approve" or "decline" or "leave") || (reach.ThisMachineOnly && !context.IsFromThisMachine()) ? TypedResults.StatusCode(StatusCodes.Status404NotFound)
            : await checkout.AnswerAsync(context.Caller()!.MemberId!.Value, payment, answer, context.RequestAborted) is { } next ? TypedResults.Redirect(next)
            : TypedResults.StatusCode(StatusCodes.Status404NotFound))
        .RequireMember().ExcludeFromDescription();

    /// <summary>What is shown at the counter; null for somebody else's payment.</summary>
    public async Task<Counter?> FindAsync(Guid member, string payment, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var counter = await connection.QuerySingleOrDefaultAsync<Counter>(new CommandDefinition(
            "select id as payment, order_id as \"order\", amount, currency, state, return_url as returnurl from wallet.sandbox_payment where id = @payment",
            new { payment }, cancellationToken: cancellation));
        return counter is not null && (await charges.FindAsync(Guid.Parse(counter.Order), cancellation))?.MemberId == member ? counter : null;
    }

    private async Task<string?> AnswerAsync(Guid member, string payment, string answer, CancellationToken cancellation)
    {
        if (await FindAsync(member, payment, cancellation) is not { } counter)
            return null;
        var state = answer == "decline" ? "failed" : "authorised";
        await source.InTransaction(async tx =>
        {
            if (await tx.Connection!.ExecuteAsync("update wallet.sandbox_payment set state = @state where id = @payment and state = 'ready'", new { state, payment }, tx) == 1)
                await work.Enqueue(tx, SendSandboxWebhook.Kind, new SendSandboxWebhook.Job($"{payment}:{state}", $"payment.{state}", Guid.Parse(counter.Order)), ct: cancellation);
        }, cancellation);
        return answer == "leave" ? $"/wallet/sandbox/{payment}?left=1" : counter.ReturnUrl;
    }

    internal sealed record Counter(string Payment, string Order, long Amount, string Currency, string State, string ReturnUrl);
}

/// <summary>The sandbox tells the wallet, signed, through the very door by which every provider comes.</summary>
internal sealed class SendSandboxWebhook(SandboxProvider sandbox, ReceiveWebhook receive, TimeProvider time) : IWorkHandler<SendSandboxWebhook.Job>
{
    public const string Kind = "wallet.sandbox_webhook";

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new SandboxProvider.Message(payload.Id, payload.Type, payload.Order), JsonSerializerOptions.Web);
        var signature = WebhookSignature.Sign(await sandbox.SecretAsync(ct), time.GetUtcNow(), body);
        _ = (await receive.HandleAsync(SandboxProvider.ProviderName, new WebhookMessage(name => name == SandboxProvider.SignatureHeader ? signature : null, body), ct)).Value;
    }

    internal sealed record Job(string Id, string Type, Guid Order);
}

/// <summary>Who may pay with nothing.</summary>
/// <param name="ThisMachineOnly">True where nobody asked for the sandbox by name: a try-out that is reached from elsewhere has no counter.</param>
internal sealed record SandboxReach(bool ThisMachineOnly);
