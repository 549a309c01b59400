using Madang.Images.Delivery;
using Madang.Images.Features;
using Madang.Images.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Images.Pages;

/// <summary>What the pages ask of the module: the features of the API, shown for people.</summary>
internal sealed class PictureViews(ManageImages images, ImageStore store, ImageResources resources, DeliveryRules rules)
{
    private const int OnAPage = 48;

    /// <summary>A page of pictures, newest first. A cursor that we did not make leads to the first page.</summary>
    public async Task<(IReadOnlyList<PictureView> Pictures, string? Next)> ListAsync(string? after, HttpRequest request, CancellationToken cancellation, int limit = OnAPage)
    {
        _ = Cursor.TryRead(after, out var cursor, out _);
        var (rows, next) = await images.ListAsync(cursor, limit, cancellation);
        return ([.. rows.Select(row => Of(row, request))], next);
    }

    public async Task<PictureView?> FindAsync(Guid id, HttpRequest request, CancellationToken cancellation) =>
        await store.FindPublicAsync(id, cancellation) is { } row ? Of(row, request) : null;

    private PictureView Of(ImageRow row, HttpRequest request) => new(row, rules, resources.PublicAddress(request));
}
