using Madang.Accounts;
using Madang.Platform.Data;
using Madang.Wallet;
using Npgsql;

namespace Madang.Demo;

/// <summary>
/// Fills an empty Madang with people, art and goods, and keeps the auctions going. Members are made by the operator's contract and get points as a reward; all the rest
/// goes through the API.
/// </summary>
/// <param name="address">Where the server listens.</param>
/// <param name="services">The server's.</param>
/// <param name="offers">What the town's people offer: <see cref="Catalogue.Offers"/> or some of it.</param>
internal sealed class DemoTown(Uri address, IServiceProvider services, IReadOnlyList<Offer> offers) : IDisposable
{
    /// <summary>Everybody's. It is printed at the start: a demonstration is no place for secrets.</summary>
    public const string Password = "madang-Demo.7";

    private const long Points = 5_000_000;

    private static readonly (int Wall, int Floor)[] Walls = [(0xDDD5C6, 0x9B7A55), (0xBFC8C2, 0x8A6B4A), (0xD8CFC8, 0x7A5F48)];

    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();
    private readonly Random _random = new(20261121);
    private readonly List<DemoPerson> _people = [];

    /// <summary>The auctions that people bid on, with how many are interested.</summary>
    public IReadOnlyList<(Guid Listing, Offer Offer)> Auctions => _auctions;

    private readonly List<(Guid Listing, Offer Offer)> _auctions = [];

    public IReadOnlyList<DemoPerson> People => _people;

    public IReadOnlyList<Offer> Offers => offers;

    public int Steps => Catalogue.People.Count + offers.Count;

    /// <summary>Makes everything that is not there yet. A second start adds nothing.</summary>
    /// <param name="step">Called before each of <see cref="Steps"/>, with what comes.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task Fill(Action<string> step, CancellationToken cancellation)
    {
        var isNew = false;
        foreach (var (loginId, nickname, name) in Catalogue.People)
        {
            step(nickname);
            isNew |= await Join(loginId, nickname, name, cancellation);
            _people.Add(new DemoPerson(new HttpClient { BaseAddress = address }, loginId, _time));
        }
        if (!isNew)
        {
            await FindAuctions(cancellation);
            return;
        }
        // Last come, first seen: the auctions that end soonest are the newest.
        foreach (var offer in offers.Reverse())
        {
            step(offer.Title);
            var listing = await List(offer, cancellation);
            await Gather(listing, offer, cancellation);
            if (offer.Done)
                await Sell(listing, offer, cancellation);
            if (offer.Minutes is not null)
                _auctions.Add((listing, offer));
        }
    }

    /// <summary>Those that an earlier start left live.</summary>
    private async Task FindAuctions(CancellationToken cancellation)
    {
        foreach (var seller in offers.Select(offer => offer.Seller).Distinct())
        {
            var mine = await _people[seller].Send(HttpMethod.Get, "/api/listings/mine?state=live&limit=100", body: null, cancellation);
            foreach (var item in mine.GetProperty("items").EnumerateArray())
                if (offers.FirstOrDefault(offer => offer.Minutes is not null && offer.Title == item.GetProperty("title").GetString()) is { } offer)
                    _auctions.Add((item.GetProperty("id").GetGuid(), offer));
        }
    }

    /// <summary>Offers something once more.</summary>
    public async Task<Guid> List(Offer offer, CancellationToken cancellation)
    {
        var seller = _people[offer.Seller];
        var work = await Task.Run(offer.Picture, cancellation);
        List<Guid> pictures = [await seller.Upload(work.ToPng(), cancellation)];
        if (offer.Hangs)
        {
            var (wall, floor) = Walls[offer.Title.Length % Walls.Length];
            pictures.Add(await seller.Upload(await Task.Run(() => Rooms.Hung(work, wall, floor).ToPng(), cancellation), cancellation));
        }
        var draft = await seller.Send(HttpMethod.Post, "/api/listings", new
        {
            Kind = offer.Category.Split('.')[0],
            offer.Title,
            Description = offer.Text,
            offer.Category,
            offer.Condition,
            Hashtags = offer.Tags.Split(' '),
            Pictures = pictures,
            Way = offer.Minutes is null ? "fixed" : "auction",
            Price = offer.Minutes is null ? offer.Price : (long?)null,
            Auction = offer.Minutes is { } minutes
                ? new { StartPrice = offer.Price, offer.Reserve, offer.BuyNow, StartsAt = (DateTimeOffset?)null, EndsAt = _time.GetUtcNow().AddMinutes(minutes) }
                : null,
        }, cancellation);
        var listing = draft.GetProperty("id").GetGuid();
        await seller.Send(HttpMethod.Post, $"/api/listings/{listing}/publish", body: null, cancellation);
        return listing;
    }

    private async Task<bool> Join(string loginId, string nickname, string name, CancellationToken cancellation)
    {
        var made = await services.GetRequiredService<IOperatorAccess>().AddMember(new(loginId, $"{loginId}@madang.example", nickname, name, Password), cancellation);
        if (!made.Succeeded(out var member, out var failure))
            return failure.Status == StatusCodes.Status409Conflict ? false : throw new InvalidOperationException(failure.Detail);
        var wallet = services.GetRequiredService<IWallet>();
        _ = (await services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx => wallet.Move(tx, new Reward($"demo:{member}", new("demo", "시연용 포인트"), member, Points)), cancellation)).Value;
        return true;
    }

    /// <summary>Likes and questions.</summary>
    private async Task Gather(Guid listing, Offer offer, CancellationToken cancellation)
    {
        foreach (var person in Others(offer).Take(_random.Next(1, 9)))
        {
            await person.Send(HttpMethod.Post, $"/api/listings/{listing}/views", body: null, cancellation);
            if (_random.Next(3) > 0)
                await person.Send(HttpMethod.Put, $"/api/listings/{listing}/like", body: null, cancellation);
        }
        if (_random.Next(3) > 0)
            return;
        var (question, answer) = Catalogue.Talk[_random.Next(Catalogue.Talk.Count)];
        var asked = await Others(offer).First().Send(HttpMethod.Post, $"/api/listings/{listing}/questions", new { Text = question }, cancellation);
        await _people[offer.Seller].Send(HttpMethod.Put, $"/api/listings/{listing}/questions/{asked.GetProperty("id").GetGuid()}/answer", new { Text = answer }, cancellation);
    }

    /// <summary>Bought, handed over, and both pleased.</summary>
    private async Task Sell(Guid listing, Offer offer, CancellationToken cancellation)
    {
        var (seller, buyer) = (_people[offer.Seller], Others(offer).First());
        var order = await buyer.Send(HttpMethod.Post, "/api/orders", new { Listing = listing, Delivery = "in_person" }, cancellation);
        var path = $"/api/orders/{order.GetProperty("id").GetGuid()}";
        var code = await buyer.Send(HttpMethod.Post, $"{path}/code", body: null, cancellation);
        await seller.Send(HttpMethod.Post, $"{path}/hand-over", new { Code = code.GetProperty("code").GetString() }, cancellation);
        await buyer.Send(HttpMethod.Post, $"{path}/review", new { Stars = 5 - (_random.Next(4) / 3), Text = Praise() }, cancellation);
        await seller.Send(HttpMethod.Post, $"{path}/review", new { Stars = 5, Text = Praise() }, cancellation);
    }

    private string Praise() => Catalogue.Praise[_random.Next(Catalogue.Praise.Count)];

    private IEnumerable<DemoPerson> Others(Offer offer) => _people.Where((_, index) => index != offer.Seller).OrderBy(_ => _random.Next()).ToList();

    public void Dispose() => _people.ForEach(person => person.Dispose());
}
