using System.Globalization;
using Madang.Design;
using Madang.Images.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;

namespace Madang.Images.Pages;

/// <summary>The module's card on the start page. Strangers see what it is; numbers and pictures are the operator's.</summary>
internal sealed class ImagesCard(ImageStore store, PictureViews views, IHttpContextAccessor accessor, IStringLocalizer<ImagesText> text) : IStartPageCard
{
    private const int Thumbnail = 320;

    public int Order => 100;

    public async Task<StartPageCard> Describe(CancellationToken cancellationToken)
    {
        var card = new StartPageCard(text["Card.Title"], text["Card.Summary"], "/images");
        if (accessor.HttpContext is not { } context || context.Caller() is not { IsOperator: true })
            return card;

        var totals = await store.TotalsAsync(cancellationToken);
        var (recent, _) = await views.ListAsync(null, context.Request, cancellationToken, limit: 12);
        return card with
        {
            Facts =
            [
                new(text["Card.Pictures"], totals.Images.ToString("N0", CultureInfo.CurrentCulture)),
                new(text["Card.Bytes"], Quantity.Bytes(totals.Bytes)),
                .. totals.Processing > 0 ? [new StartPageFact(text["Card.Waiting"], totals.Processing.ToString("N0", CultureInfo.CurrentCulture))] : Array.Empty<StartPageFact>(),
            ],
            Pictures = [.. recent.Where(picture => picture.Ready).Select(picture => new StartPagePicture(picture.Cdn(Thumbnail), picture.Name, picture.Page))],
            Warning = totals.Failed > 0 ? text["Card.Failed", totals.Failed].Value : null,
        };
    }
}
