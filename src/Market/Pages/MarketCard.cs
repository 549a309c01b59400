using System.Globalization;
using Madang.Design;
using Madang.Market.Domain;
using Madang.Market.Features;
using Microsoft.Extensions.Localization;

namespace Madang.Market.Pages;

/// <summary>The market's card on the start page: what was listed last.</summary>
internal sealed class MarketCard(SearchListings search, IStringLocalizer<MarketText> text) : IStartPageCard
{
    public int Order => 10;

    public async Task<StartPageCard> Describe(CancellationToken cancellationToken)
    {
        var page = await search.HandleAsync(new SearchQuery(), null, 6, viewer: null, cancellationToken);
        return new StartPageCard(text["Card.Title"], text["Card.Summary"], "/market")
        {
            Facts = page.Facets.Total == 0
                ? []
                : [
                    new(text["Card.Live"], page.Facets.Total.ToString("N0", CultureInfo.CurrentCulture)),
                    new(text["Card.Auctions"], page.Facets.Ways.GetValueOrDefault("auction").ToString("N0", CultureInfo.CurrentCulture)),
                ],
            Pictures = [.. page.Items.Where(item => item.PictureUrl is not null).Select(item => new StartPagePicture(item.PictureUrl!, item.Title, $"/market/{item.Id}"))],
        };
    }
}
