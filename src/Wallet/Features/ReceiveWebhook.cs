using System.Text;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Wallet.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>What a provider hears back.</summary>
/// <param name="Taken">False: told before, or about something that is not ours. Either way it need not be told again.</param>
public sealed record WebhookAnswer(bool Taken);

/// <summary>
/// A provider tells that something happened. The message is kept once, and a job of the same commit asks the provider what is true; so duplicates, late and
/// out-of-order messages cost a look and change nothing.
/// </summary>
internal sealed class ReceiveWebhook(NpgsqlDataSource source, ChargeStore charges, PaymentProviders providers, WorkQueue work, TimeProvider time)
{
    public const int MostBytes = 64 * 1024;

    /// <summary>Of one charge.</summary>
    private const int MostEvents = 50;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/wallet/webhooks/{provider}", async Task<Results<Ok<WebhookAnswer>, ProblemHttpResult>> (string provider, ReceiveWebhook receive, HttpContext context) =>
        {
            if (!(await BodyAsync(context.Request, context.RequestAborted)).Succeeded(out var body, out var tooLarge))
                return tooLarge.ToProblem();
            var message = new WebhookMessage(name => context.Request.Headers[name].ToString() is { Length: > 0 } value ? value : null, body);
            return (await receive.HandleAsync(provider, message, context.RequestAborted)).Succeeded(out var answer, out var failure) ? TypedResults.Ok(answer) : failure.ToProblem();
        })
        .WithTags("Wallet").WithSummary("For payment providers: tell that something happened to a payment");

    public async Task<Result<WebhookAnswer>> HandleAsync(string providerName, WebhookMessage message, CancellationToken cancellation)
    {
        if (providers.Find(providerName) is not { } provider)
            return new Failure("wallet.provider_unknown", "There is no such provider.", StatusCodes.Status404NotFound);
        if (!(await provider.ReadWebhook(message, cancellation)).Succeeded(out var told, out var failure))
            return failure;
        // A merchant's other orders are told to the same address.
        if (await charges.FindAsync(told.Order, cancellation) is not { } charge || charge.Provider != provider.Name)
            return new WebhookAnswer(Taken: false);
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var payload = Encoding.UTF8.GetString(message.Body.Span).Replace('\0', ' ');
        var isNew = await source.InTransaction(async tx =>
        {
            // Who knows an order's id may send what he likes where a provider signs nothing. Past these the sweep finds the rest.
            if (await EventStore.CountAsync(charge.Id, tx) >= MostEvents || !await EventStore.InsertAsync(id, provider.Name, told, payload, now, tx))
                return false;
            await work.Enqueue(tx, LookAtCharge.Kind, new LookAtCharge.Job(charge.Id, id), ct: cancellation);
            return true;
        }, cancellation);
        return new WebhookAnswer(isNew);
    }

    private static async Task<Result<byte[]>> BodyAsync(HttpRequest request, CancellationToken cancellation)
    {
        var tooLarge = new Failure("request.too_large", "A webhook is no larger than 64 KB.", StatusCodes.Status413PayloadTooLarge);
        if (request.ContentLength > MostBytes)
            return tooLarge;
        var buffer = new byte[MostBytes + 1];
        var read = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return read > MostBytes ? tooLarge : buffer[..read];
    }
}
