using System.Net;
using System.Net.Http.Json;
using System.Text;
using Madang.Market.Features;
using Madang.Tests.Host;
using Madang.Tests.Images;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Market;

/// <summary>What a seller must not be able to write, and what may not stay behind.</summary>
public sealed class HostileListingTests(MarketHost host) : IClassFixture<MarketHost>
{
    public static TheoryData<string, object?, string> Wrong => new()
    {
        { "title", new string('가', 81), "listing.title" },
        { "title", "두\n줄", "listing.title" },
        { "title", "널\u0000", "listing.title" },
        { "title", "뒤집힌 \u202eltit", "listing.title" },
        { "description", new string('x', 5001), "listing.description" },
        { "description", "종\u0007소리", "listing.description" },
        { "category", "art", "listing.category" },
        { "category", "goods.digital.phone", "listing.category" },
        { "category", "art.painting.oil'; --", "listing.category" },
        { "hashtags", new[] { "공백 있는" }, "listing.hashtags" },
        { "hashtags", new[] { new string('a', 21) }, "listing.hashtags" },
        { "hashtags", new[] { "" }, "listing.hashtags" },
        { "hashtags", new[] { "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11" }, "listing.hashtags" },
        { "hashtags", new string?[] { null }, "listing.hashtags" },
        { "price", 0, "listing.price" },
        { "price", -5, "listing.price" },
        { "price", 1_000_000_000_001, "listing.price" },
        { "pictures", new[] { "01990000-0000-7000-8000-000000000001", "01990000-0000-7000-8000-000000000001" }, "listing.pictures" },
        { "pictures", new[] { "01990000-0000-7000-8000-000000000001" }, "listing.pictures" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task A_field_that_is_wrong_is_refused_by_its_name_and_nothing_is_made(string field, object? value, string code)
    {
        var seller = await MarketMember.JoinAsync(host);
        var picture = await seller.PictureAsync();
        await (await seller.DraftAsync(MarketMember.Words(picture, (field, value)))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from market.listing where seller_id = @Id", new { seller.Id }));
    }

    [Theory]
    [InlineData("""{"kind":"love","way":"fixed"}""")]
    [InlineData("""{"kind":"art","way":"fixed","price":99999999999999999999}""")]
    [InlineData("""{"kind":"art","way":"fixed","price":"1e3"}""")]
    [InlineData("""{"kind":"art","way":"fixed","title":"\ud800"}""")]
    [InlineData("""{"kind":"art","way":"auction","auction":{"endsAt":"tomorrow"}}""")]
    [InlineData("not json")]
    public async Task What_cannot_be_read_is_a_400(string body)
    {
        var seller = await MarketMember.JoinAsync(host);
        var answer = await seller.Client.PostAsync("/api/listings", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True((int)answer.StatusCode is 400 or 422, $"{(int)answer.StatusCode}");
    }

    [Theory]
    [InlineData("2031-01-01T00:00:00Z", "2031-01-01T00:00:00Z")]
    [InlineData("2031-01-02T00:00:00Z", "2031-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00Z", "2031-01-01T00:00:00Z")]
    [InlineData("2031-01-01T00:00:00Z", "9999-12-31T23:59:59Z")]
    public async Task An_auction_that_ends_when_or_before_it_starts_is_refused(string startsAt, string endsAt)
    {
        var seller = await MarketMember.JoinAsync(host);
        var words = MarketMember.Words(await seller.PictureAsync(), ("way", "auction"), ("price", null), ("auction", new { startPrice = 1000, startsAt, endsAt }));
        var answer = await seller.DraftAsync(words);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        words["auction"] = new { startPrice = 1000, endsAt = "2020-01-01T00:00:00Z" };
        var past = (await (await seller.DraftAsync(words)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        await (await seller.PublishAsync(past)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.ends_at");
    }

    [Fact]
    public async Task Pictures_of_others_cannot_be_shown_nor_taken_along()
    {
        var seller = await MarketMember.JoinAsync(host);
        var thief = await MarketMember.JoinAsync(host);
        var picture = await seller.PictureAsync();
        await (await thief.DraftAsync(MarketMember.Words(picture))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.pictures");
        var shown = (await seller.ShowAsync(await seller.ListAsync())).GetProperty("pictures")[0].GetProperty("id").GetGuid();
        await (await thief.DraftAsync(MarketMember.Words(shown))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.pictures");
    }

    [Theory]
    [InlineData("그림.PNG")]
    [InlineData("picture")]
    [InlineData("../../etc/passwd.png")]
    [InlineData("같은 이름.png")]
    public async Task A_picture_is_told_by_its_content_and_its_name_is_nobodys_business(string name)
    {
        var seller = await MarketMember.JoinAsync(host);
        var first = (await (await seller.UploadAsync(Pictures.Png(64, 48), name, "application/octet-stream")).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var second = (await (await seller.UploadAsync(Pictures.Png(64, 48), name)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        Assert.NotEqual(first, second);
        await (await seller.DraftAsync(MarketMember.Words(first, ("pictures", new[] { second, first })))).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("not.png", "this is no picture", "image.type_unknown")]
    [InlineData("evil.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image.svg_refused")]
    public async Task Case_26_what_is_no_picture_is_refused_and_leaves_neither_file_nor_listing(string name, string content, string code)
    {
        var seller = await MarketMember.JoinAsync(host);
        var problem = await seller.UploadAsync(Encoding.UTF8.GetBytes(content), name);
        Assert.Equal(code, (await problem.JsonAsync()).GetProperty("code").GetString());
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from market.picture where owner_id = @Id", new { seller.Id }));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from market.listing where seller_id = @Id", new { seller.Id }));
    }

    [Fact]
    public async Task Case_26_a_listing_whose_picture_is_gone_meanwhile_is_not_made_at_all()
    {
        var seller = await MarketMember.JoinAsync(host);
        var (kept, gone) = (await seller.PictureAsync(), await seller.PictureAsync());
        await host.ScalarAsync<object>("update images.image set retain_until = now() - interval '1 day' where id = @gone", new { gone });
        await (await seller.DraftAsync(MarketMember.Words(kept, ("pictures", new[] { kept, gone })))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.pictures");
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from market.listing where seller_id = @Id", new { seller.Id }));
        // The other picture was not kept either: it goes by itself.
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from images.image where id = @kept and retain_until is not null", new { kept }));
    }

    [Fact]
    public async Task Case_26_pictures_that_no_listing_took_are_swept_away_and_others_stay()
    {
        var seller = await MarketMember.JoinAsync(host);
        var unused = await seller.PictureAsync();
        var used = (await seller.ShowAsync(await seller.NewDraftAsync())).GetProperty("pictures")[0].GetProperty("id").GetGuid();
        await host.ScalarAsync<object>("update market.picture set uploaded_at = uploaded_at - interval '3 hours' where owner_id = @Id", new { seller.Id });
        using var scope = host.First.Services.CreateScope();
        await scope.ServiceProvider.GetRequiredService<SweepMarket>().SweepAsync(CancellationToken.None);
        Assert.Equal([used], [await host.ScalarAsync<Guid>("select id from market.picture where owner_id = @Id", new { seller.Id })]);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from images.image where id = @unused", new { unused }));
    }

    [Fact]
    public async Task A_picture_that_is_replaced_goes_unless_a_relisted_copy_shows_it()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.ListAsync();
        var old = (await seller.ShowAsync(id)).GetProperty("pictures")[0].GetProperty("id").GetGuid();
        await seller.Client.PostAsync($"/api/listings/{id}/withdraw", null);
        var copy = (await (await seller.Client.PostAsync($"/api/listings/{id}/relist", null)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        await (await seller.Client.PutAsJsonAsync($"/api/listings/{copy}", MarketMember.Words(await seller.PictureAsync()))).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from images.image where id = @old", new { old }));

        var other = await seller.ListAsync();
        var replaced = (await seller.ShowAsync(other)).GetProperty("pictures")[0].GetProperty("id").GetGuid();
        await (await seller.Client.PutAsJsonAsync($"/api/listings/{other}", MarketMember.Words(await seller.PictureAsync()))).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from images.image where id = @replaced", new { replaced }));
        // What is live keeps at least one.
        await (await seller.Client.PutAsJsonAsync($"/api/listings/{other}", MarketMember.Words(Guid.Empty, ("pictures", Array.Empty<Guid>())))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.pictures");
    }

    [Fact]
    public async Task The_database_itself_refuses_what_no_code_should_ever_write()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.ListAsync();
        foreach (var sql in new[]
        {
            "update market.listing set state = 'draft', published_at = null where id = @id",
            "update market.listing set way = 'auction' where id = @id",
            "update market.listing set seller_id = gen_random_uuid() where id = @id",
            "update market.listing set title = '' where id = @id",
            "update market.listing set price = 0 where id = @id",
            "delete from market.listing_picture where listing_id = @id",
            "delete from market.listing where id = @id",
            "update market.standing set bids = -1 where listing_id = @id",
        })
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => host.ScalarAsync<object>(sql, new { id }));
    }
}
