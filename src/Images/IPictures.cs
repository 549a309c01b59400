using System.Globalization;
using Madang.Images.Delivery;
using Madang.Images.Domain;
using Madang.Images.Features;
using Madang.Images.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Images;

/// <summary>
/// Pictures that belong to something of another module, such as a member's profile. Add one, then keep it in the transaction that says what it belongs to; one
/// that is not kept is deleted within two hours, so that a crash in between leaks none.
/// </summary>
public interface IPictures
{
    /// <summary>
    /// Takes a picture in for an hour; its type is decided by its content. The failures are those of an upload, such as 415 <c>image.unsupported</c> and 413
    /// <c>image.too_large</c>.
    /// </summary>
    /// <param name="content">The file's bytes, read to their end.</param>
    /// <param name="name">What it is called, for people; need not be harmless.</param>
    /// <param name="mostBytes">The largest file that is taken; the settings' own limit holds too.</param>
    /// <param name="owner">Who sends it: <see cref="Caller.Id"/>.</param>
    /// <param name="cancellation">Gives up and leaves nothing.</param>
    Task<Result<Guid>> Add(Stream content, string name, long mostBytes, string owner, CancellationToken cancellation);

    /// <summary>The same for a picture that is not for everybody: no address delivers it and no list shows it, so that <see cref="SendSquare"/> is the only way to it.</summary>
    /// <param name="content">The file's bytes, read to their end.</param>
    /// <param name="name">What it is called, for people; need not be harmless.</param>
    /// <param name="mostBytes">The largest file that is taken; the settings' own limit holds too.</param>
    /// <param name="owner">Who sends it: <see cref="Caller.Id"/>.</param>
    /// <param name="cancellation">Gives up and leaves nothing.</param>
    Task<Result<Guid>> AddPrivate(Stream content, string name, long mostBytes, string owner, CancellationToken cancellation);

    /// <summary>
    /// Answers a request with a square cut of it, private or not, or says that there is none. Whoever calls this has found that the caller may see it; caches between do not keep the
    /// answer.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="id">The picture.</param>
    /// <param name="side">In pixels.</param>
    Task SendSquare(HttpContext context, Guid id, int side);

    /// <summary>Keeps it until it is deleted. False when it is gone: an hour was not enough.</summary>
    /// <param name="transaction">The transaction that says what it belongs to.</param>
    /// <param name="id">The picture.</param>
    Task<bool> Keep(NpgsqlTransaction transaction, Guid id);

    /// <summary>Deletes a picture, with the commit, on every node and for good. One that is gone already is no error.</summary>
    /// <param name="transaction">The transaction that has no more use for it.</param>
    /// <param name="id">The picture.</param>
    Task Delete(NpgsqlTransaction transaction, Guid id);

    /// <summary>Where a square cut of it is delivered, from the root, signed where strangers need that.</summary>
    /// <param name="id">The picture.</param>
    /// <param name="side">In pixels.</param>
    string SquareUrl(Guid id, int side);

    /// <summary>Where the whole of it is delivered, from the root, signed where strangers need that. It is never larger than it was sent.</summary>
    /// <param name="id">The picture.</param>
    /// <param name="width">At most, in pixels.</param>
    string Url(Guid id, int width);
}

internal sealed class KeptPictures(
    IngestImage ingest, ManageImages images, ScratchFolder folder, DeliveryRules rules, ImageCatalog catalog, Deliverer deliverer, Microsoft.Extensions.Options.IOptions<ImagesOptions> options, TimeProvider time) : IPictures
{
    private static readonly TimeSpan Unkept = TimeSpan.FromHours(1);

    public Task<Result<Guid>> Add(Stream content, string name, long mostBytes, string owner, CancellationToken cancellation) =>
        AddAsync(content, name, mostBytes, owner, isPrivate: false, cancellation);

    public Task<Result<Guid>> AddPrivate(Stream content, string name, long mostBytes, string owner, CancellationToken cancellation) =>
        AddAsync(content, name, mostBytes, owner, isPrivate: true, cancellation);

    public async Task SendSquare(HttpContext context, Guid id, int side)
    {
        if (!(await DeliverImage.FindPrivateAsync(catalog, id, context.RequestAborted)).Succeeded(out var image, out var refused))
        {
            await refused.WriteTo(context);
            return;
        }
        var square = Transform.None with { Width = side, Height = side, Fit = Fit.Crop };
        var (format, varies) = FormatNegotiation.Choose(square, context.Request.Headers.Accept, image.Shape);
        await deliverer.SendPrivatelyAsync(context, image, TransformPlanner.Plan(square, image.Shape, format, rules.Limits), varies);
    }

    private async Task<Result<Guid>> AddAsync(Stream content, string name, long mostBytes, string owner, bool isPrivate, CancellationToken cancellation)
    {
        if (!(await IncomingFile.ReceiveAsync(folder, content, Math.Min(mostBytes, options.Value.MaxBytes), received: null, cancellation)).Succeeded(out var file, out var failure))
            return failure;
        await using (file)
            return (await ingest.IngestAsync(file, name, new UploadOptions(), owner, idempotencyKey: null, cancellation, time.GetUtcNow() + Unkept, isPrivate)).Succeeded(out var row, out failure)
                ? row.Id
                : failure;
    }

    public Task<bool> Keep(NpgsqlTransaction transaction, Guid id) => ImageStore.KeepAsync(id, time.GetUtcNow(), transaction);

    public Task Delete(NpgsqlTransaction transaction, Guid id) => images.DeleteAsync(id, transaction, CancellationToken.None);

    public string SquareUrl(Guid id, int side) => rules.SignedWhereNeeded($"/cdn/{id}", string.Create(CultureInfo.InvariantCulture, $"w={side}&h={side}&fit=crop"));

    public string Url(Guid id, int width) => rules.SignedWhereNeeded($"/cdn/{id}", string.Create(CultureInfo.InvariantCulture, $"w={width}"));
}
