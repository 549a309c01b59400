using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Images;

namespace Madang.Tests.Market;

/// <summary>A member with a program, and what he does on the market.</summary>
public sealed class MarketMember(TestMember member, TestProgram program)
{
    public Guid Id => member.Id;

    public TestMember Member => member;

    public HttpClient Client => program.Client;

    public static async Task<MarketMember> JoinAsync(MadangHost host, string role = "member")
    {
        var member = await TestMember.JoinAsync(host.First, role);
        return new(member, await member.ProgramAsync(host.First));
    }

    public Task<HttpResponseMessage> UploadAsync(byte[] content, string name = "그림.png", string type = "image/png") => UploadAsync(Client, content, name, type);

    public static async Task<HttpResponseMessage> UploadAsync(HttpClient client, byte[] content, string name = "그림.png", string type = "image/png")
    {
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new(type);
        using var form = new MultipartFormDataContent { { file, "file", name } };
        return await client.PostAsync("/api/listings/pictures", form);
    }

    public async Task<Guid> PictureAsync() => (await (await UploadAsync(Pictures.Png(64, 48))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();

    /// <summary>What a whole listing says, with some of it otherwise.</summary>
    public static Dictionary<string, object?> Words(Guid picture, params (string Field, object? Value)[] otherwise)
    {
        var words = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["kind"] = "art",
            ["title"] = "고요한 아침의 그림",
            ["description"] = "강가의 안개를 그린 수채화입니다.\n액자 포함.",
            ["category"] = "art.painting.watercolor",
            ["hashtags"] = new[] { "수채화", "#풍경" },
            ["pictures"] = new[] { picture },
            ["way"] = "fixed",
            ["price"] = 30_000,
        };
        foreach (var (field, value) in otherwise)
            words[field] = value;
        return words;
    }

    public Task<HttpResponseMessage> DraftAsync(Dictionary<string, object?> words) => Client.PostAsJsonAsync("/api/listings", words);

    public async Task<Guid> NewDraftAsync(params (string Field, object? Value)[] otherwise) =>
        (await (await DraftAsync(Words(await PictureAsync(), otherwise))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();

    public Task<HttpResponseMessage> PublishAsync(Guid id) => Client.PostAsync($"/api/listings/{id}/publish", null);

    /// <summary>Something live.</summary>
    public async Task<Guid> ListAsync(params (string Field, object? Value)[] otherwise)
    {
        var id = await NewDraftAsync(otherwise);
        await (await PublishAsync(id)).ShouldBeAsync(HttpStatusCode.OK);
        return id;
    }

    public Task<Guid> AuctionAsync(DateTimeOffset endsAt, params (string Field, object? Value)[] otherwise) => ListAsync(
        [("way", "auction"), ("price", null), ("auction", new { startPrice = 10_000, reserve = 77_777, buyNow = 200_000, endsAt }), .. otherwise]);

    public async Task<JsonElement> ShowAsync(Guid id) => await (await Client.GetAsync($"/api/listings/{id}")).ShouldBeAsync(HttpStatusCode.OK);

    public async Task<string> StateAsync(Guid id) => (await ShowAsync(id)).GetProperty("state").GetString()!;
}
