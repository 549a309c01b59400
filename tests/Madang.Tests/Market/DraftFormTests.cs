using System.Net;
using System.Text.RegularExpressions;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Market;

/// <summary>A draft that saves itself while somebody types: over the version that the form shows, or not at all.</summary>
public sealed partial class DraftFormTests(MarketHost host) : IClassFixture<MarketHost>
{
    [Fact]
    public async Task What_was_typed_is_saved_with_the_pictures_in_their_order_and_the_next_saving_goes_on_from_there()
    {
        var seller = await MarketMember.JoinAsync(host);
        var (one, two) = (await seller.PictureAsync(), await seller.PictureAsync());
        var id = await seller.NewDraftAsync(("pictures", new[] { one }));
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var saved = await (await SaveAsync(seller, id, await VersionAsync(seller, id), "반쯤 쓴 제", first, [two, one])).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Matches("^[0-2][0-9]:[0-5][0-9]$", saved.GetProperty("at").GetString());
        Assert.Equal(("반쯤 쓴 제", "two one"), await ReadAsync());

        await (await SaveAsync(seller, id, $"{first}", "반쯤 쓴 제목", second, [one])).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(("반쯤 쓴 제목", "one"), await ReadAsync());
        Assert.Equal($"{second}", await VersionAsync(seller, id));

        async Task<(string?, string)> ReadAsync()
        {
            var shown = await seller.ShowAsync(id);
            return (shown.GetProperty("title").GetString(), string.Join(' ', shown.GetProperty("pictures").EnumerateArray().Select(picture => picture.GetProperty("id").GetGuid() == one ? "one" : "two")));
        }
    }

    [Fact]
    public async Task Nothing_is_written_over_that_the_form_has_neither_shown_nor_written()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.NewDraftAsync();
        var version = await VersionAsync(seller, id);
        await (await SaveAsync(seller, id, version, "먼저 온 것")).ShouldBeAsync(HttpStatusCode.OK);

        foreach (var old in new[] { version, "", "nonsense", $"{Guid.Empty}", $"{Guid.CreateVersion7()} {version}", null })
            await (await SaveAsync(seller, id, old, "나중 것")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.changed");
        var nameless = Form(id, await VersionAsync(seller, id), "이름 없는 것", Guid.Empty, []);
        await (await seller.Client.PostAsync("/market/editor/draft", nameless)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.version");

        Assert.Equal("먼저 온 것", (await seller.ShowAsync(id)).GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_saving_without_an_answer_is_gone_on_from_and_when_it_comes_late_it_is_not_written_over_the_next()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.NewDraftAsync();
        var (version, unanswered, next) = (await VersionAsync(seller, id), Guid.CreateVersion7(), Guid.CreateVersion7());

        // Arrived, and the answer was lost: sent again as it was, and gone on from.
        await (await SaveAsync(seller, id, version, "하나", unanswered)).ShouldBeAsync(HttpStatusCode.OK);
        await (await SaveAsync(seller, id, version, "하나", unanswered)).ShouldBeAsync(HttpStatusCode.OK);
        await (await SaveAsync(seller, id, $"{version} {unanswered}", "하나 둘", next)).ShouldBeAsync(HttpStatusCode.OK);
        // Not arrived until the next one had: what it was typed over is gone.
        var late = Guid.CreateVersion7();
        await (await SaveAsync(seller, id, $"{next} {late}", "하나 둘 셋")).ShouldBeAsync(HttpStatusCode.OK);
        await (await SaveAsync(seller, id, $"{next}", "늦게 온 하나 둘", late)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.changed");

        Assert.Equal("하나 둘 셋", (await seller.ShowAsync(id)).GetProperty("title").GetString());
    }

    [Fact]
    public async Task Of_windows_that_save_at_once_one_is_told_that_it_did()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.NewDraftAsync();
        var version = await VersionAsync(seller, id);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => SaveAsync(seller, id, version, $"창 {number}")));

        var winner = Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        Assert.Equal($"창 {Array.IndexOf(answers, winner)}", (await seller.ShowAsync(id)).GetProperty("title").GetString());
        Assert.All(answers.Where(answer => answer != winner), answer => Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode));
    }

    [Fact]
    public async Task What_was_published_meanwhile_and_what_is_anothers_is_not_touched()
    {
        var (seller, other) = (await MarketMember.JoinAsync(host), await MarketMember.JoinAsync(host));
        var id = await seller.NewDraftAsync();
        var version = await VersionAsync(seller, id);
        await (await SaveAsync(other, id, version, "남의 것")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");
        await (await SaveAsync(seller, Guid.CreateVersion7(), version, "없는 것")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");
        await (await seller.PublishAsync(id)).ShouldBeAsync(HttpStatusCode.OK);

        await (await SaveAsync(seller, id, version, "늦은 저장")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.not_draft");

        Assert.Equal("고요한 아침의 그림", (await seller.ShowAsync(id)).GetProperty("title").GetString());
        using var stranger = host.Stranger();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsync("/market/editor/draft", Form(id, version, "아무나", Guid.CreateVersion7(), []))).StatusCode);
        await (await seller.Client.PostAsync("/market/editor/draft", new StringContent("{}"))).ShouldBeRefusedAsync(HttpStatusCode.UnsupportedMediaType, "listing.form");
    }

    [Theory]
    [InlineData("title", "두\u0000", "listing.title")]
    [InlineData("price", "만원", "listing.price")]
    [InlineData("hashtags", "#느낌표!", "listing.hashtags")]
    [InlineData("category", "goods.nothing", "listing.category")]
    [InlineData("endsAt", "내일", "listing.ends_at")]
    [InlineData("picture", "01990000-0000-7000-8000-000000000001", "listing.pictures")]
    public async Task A_field_that_makes_no_sense_is_named_and_nothing_of_the_rest_is_written(string field, string typed, string code)
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.NewDraftAsync();
        var form = Form(id, await VersionAsync(seller, id), "좋은 제목", Guid.CreateVersion7(), [], field, typed);
        var problem = await (await seller.Client.PostAsync("/market/editor/draft", form)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);

        var error = problem.GetProperty("errors").GetProperty(field == "picture" ? "pictures" : field);
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.False(string.IsNullOrEmpty(error.GetProperty("detail").GetString()));
        Assert.Equal("고요한 아침의 그림", (await seller.ShowAsync(id)).GetProperty("title").GetString());
    }

    private static Task<HttpResponseMessage> SaveAsync(MarketMember seller, Guid id, string? over, string title, Guid? version = null, Guid[]? pictures = null) =>
        seller.Client.PostAsync("/market/editor/draft", Form(id, over, title, version ?? Guid.CreateVersion7(), pictures ?? []));

    private static MultipartFormDataContent Form(Guid id, string? over, string title, Guid version, Guid[] pictures, string? field = null, string? typed = null)
    {
        var isAuction = field == "endsAt";
        var form = new MultipartFormDataContent();
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["id"] = id.ToString(),
            ["over"] = over,
            ["version"] = $"{version}",
            ["title"] = title,
            ["description"] = "",
            ["category"] = "art.print",
            ["condition"] = "",
            ["hashtags"] = "판화",
            ["way"] = isAuction ? "auction" : "fixed",
            ["price"] = isAuction ? null : "1,000",
        };
        if (field is not null)
            fields[field] = typed;
        foreach (var (name, value) in fields.Where(one => one.Value is not null))
            form.Add(new StringContent(value!), name);
        foreach (var picture in pictures)
            form.Add(new StringContent(picture.ToString()), "picture");
        return form;
    }

    /// <summary>As the form says it.</summary>
    private static async Task<string> VersionAsync(MarketMember seller, Guid id) => Version().Match(await seller.Client.GetStringAsync($"/market/{id}/edit")).Groups["version"].Value;

    [GeneratedRegex("data-version=\"(?<version>[0-9a-f-]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Version();
}
