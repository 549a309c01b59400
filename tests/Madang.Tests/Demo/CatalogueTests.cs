using System.Buffers.Binary;
using Madang.Auctions.Domain;
using Madang.Demo;
using Madang.Market;
using Madang.Market.Domain;
using Xunit;

namespace Madang.Tests.Demo;

/// <summary>What the demonstration offers is what the market takes, and its pictures are drawn.</summary>
public class CatalogueTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Titles => [.. Catalogue.Offers.Select(offer => offer.Title)];

    /// <summary>One picture of each kind: those of a kind differ in colours and seed alone.</summary>
    public static TheoryData<string> Kinds => [.. Catalogue.Offers.DistinctBy(offer => offer.Category).Select(offer => offer.Title)];

    [Fact]
    public void There_are_about_sixty_things_each_called_otherwise_and_people_of_different_names()
    {
        Assert.InRange(Catalogue.Offers.Count, 50, 80);
        Assert.Equal(Catalogue.Offers.Count, Catalogue.Offers.Select(offer => offer.Title).Distinct().Count());
        Assert.Equal(Catalogue.People.Count, Catalogue.People.Select(person => person.LoginId).Distinct().Count());
        Assert.Equal(Catalogue.People.Count, Catalogue.People.Select(person => person.Nickname).Distinct().Count());
        Assert.Contains(Catalogue.Offers, offer => offer.Done);
        Assert.Contains(Catalogue.Offers, offer => offer is { Minutes: not null, Bidders: > 0 });
    }

    [Theory, MemberData(nameof(Titles))]
    public void Everything_may_be_listed_as_it_is(string title)
    {
        var offer = Catalogue.Offers.Single(one => one.Title == title);
        Assert.InRange(offer.Seller, 0, Catalogue.People.Count - 1);
        var (kind, isAuction) = (offer.Category.StartsWith("art.", StringComparison.Ordinal) ? ListingKind.Art : ListingKind.Goods, offer.Minutes is not null);
        var terms = new AuctionTerms(offer.Price, offer.Reserve, offer.BuyNow, Now, Now.AddMinutes(offer.Minutes ?? 0));
        var read = ListingContent.Read(
            kind, offer.Title, offer.Text, offer.Category, offer.Condition is null ? null : Enum.Parse<Condition>(offer.Condition, ignoreCase: true), offer.Tags.Split(' '), [Guid.CreateVersion7()],
            isAuction ? SaleWay.Auction : SaleWay.Fixed, isAuction ? null : offer.Price, isAuction ? new DraftTerms(terms.StartPrice, terms.Reserve, terms.BuyNow, null, terms.EndsAt) : null);

        Assert.Null(read.Failure);
        Assert.Null(read.Value.Missing());
        if (isAuction)
            Assert.Null(Terms.Refusal(terms, Now, AuctionRules.Default));
        else
            Assert.True(offer is { Bidders: 0, Reserve: null, BuyNow: null }, "only an auction has bidders");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_picture_is_drawn_and_is_no_plain_ground(string title)
    {
        var offer = Catalogue.Offers.Single(one => one.Title == title);
        var work = offer.Picture();
        var png = work.ToPng();

        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        Assert.Equal((work.Width, work.Height), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
        Assert.InRange(Math.Min(work.Width, work.Height), 600, 2_000);
        // A ground of one colour packs to next to nothing.
        Assert.True(png.Length > 40_000, $"{png.Length} bytes");
    }

    [Fact]
    public void A_work_hangs_on_a_wall_and_looks_the_same_every_time()
    {
        var work = Catalogue.Offers.First(offer => offer.Hangs).Picture();
        var room = Rooms.Hung(work, 0xDDD5C6, 0x9B7A55);
        Assert.Equal((1100, 1000), (room.Width, room.Height));
        var png = room.ToPng();
        Assert.True(png.Length > 40_000);
        Assert.Equal(png, Rooms.Hung(work, 0xDDD5C6, 0x9B7A55).ToPng());
    }
}
