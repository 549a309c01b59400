using Madang.Auctions.Domain;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>The rules of bidding, case by case; the numbers are those of the field's hard cases.</summary>
public sealed class EngineTests
{
    [Fact]
    public void Case_1_of_equal_bids_one_after_another_the_first_leads_and_later_ones_change_nothing_but_the_price()
    {
        var given = Given.Of();
        Assert.Null(given.Bids('A', 5_000));
        Assert.Null(given.Bids('B', 5_000));
        Assert.Equal("auction.too_low", given.Bids('C', 5_000));
        Assert.Equal(('A', 5_000L), given.Now);
    }

    [Fact]
    public void Case_2_equal_maxima_the_earliest_wins_at_that_price()
    {
        var given = Given.Of();
        Assert.Null(given.Bids('A', 30_000));
        Assert.Equal(('A', 1_000L), given.Now);
        Assert.Null(given.Bids('B', 30_000));
        Assert.Equal(('A', 30_000L), given.Now);
    }

    [Fact]
    public void Case_3_a_maximum_that_beats_its_rival_by_less_than_an_increment_is_the_price()
    {
        var given = Given.Of();
        given.Bids('A', 20_000);
        Assert.Null(given.Bids('B', 20_300));
        Assert.Equal(('B', 20_300L), given.Now);
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(9_999, 500)]
    [InlineData(10_000, 1_000)]
    [InlineData(49_999, 1_000)]
    [InlineData(50_000, 2_000)]
    [InlineData(99_999, 2_000)]
    [InlineData(100_000, 5_000)]
    [InlineData(499_999, 5_000)]
    [InlineData(500_000, 10_000)]
    [InlineData(999_999, 10_000)]
    [InlineData(1_000_000, 50_000)]
    [InlineData(4_999_999, 50_000)]
    [InlineData(5_000_000, 100_000)]
    [InlineData(AuctionRules.MostAmount, 100_000)]
    public void Case_4_edges_of_the_increments_bands(long price, long step)
    {
        Assert.Equal(step, Increments.Default.At(price));
        var given = Given.Of(price);
        given.Bids('A', price);
        Assert.Equal(price + step, given.Auction.Minimum(Increments.Default));
    }

    [Theory]
    [InlineData(9_999, 10_499)]
    [InlineData(10_000, 11_000)]
    public void Case_4_the_next_price_is_a_step_above_the_second_maximum(long second, long price)
    {
        var given = Given.Of();
        given.Bids('A', 100_000);
        given.Bids('B', second);
        Assert.Equal(('A', price), given.Now);
    }

    [Fact]
    public void Case_5_a_leader_who_raises_his_maximum_changes_neither_price_nor_leader_nor_end()
    {
        var given = Given.Of();
        given.Bids('A', 20_000);
        given.Bids('B', 19_800);
        Assert.Equal(('A', 20_000L), given.Now);
        Assert.Null(given.Bids('A', 90_000, Given.End.AddSeconds(-1)));
        Assert.Equal(('A', 20_000L), given.Now);
        Assert.Equal((Given.End, 0), (given.Auction.EndsAt, given.Auction.Extensions));
        Assert.Equal("auction.not_higher", given.Bids('A', 90_000));
        Assert.Equal("auction.not_higher", given.Bids('A', 50_000));
        given.Bids('B', 60_000);
        Assert.Equal(('A', 62_000L), given.Now);
    }

    [Fact]
    public void Case_6_an_opening_bid_exactly_at_the_start_counts_and_one_tick_before_does_not()
    {
        var given = Given.Of();
        Assert.Equal("auction.not_started", given.Bids('A', 5_000, Given.Start.AddTicks(-1)));
        Assert.Null(given.Bids('A', 5_000, Given.Start));
        Assert.Equal(('A', 1_000L), given.Now);
    }

    [Theory]
    [InlineData(49_999, false, 1_000)]
    [InlineData(50_000, true, 50_000)]
    [InlineData(50_001, true, 50_000)]
    public void Case_7_a_maximum_just_below_at_and_above_the_reserve(long maximum, bool met, long price)
    {
        var given = Given.Of(reserve: 50_000);
        Assert.Null(given.Bids('A', maximum));
        Assert.Equal(('A', price), given.Now);
        Assert.Equal(met, given.Auction.ReserveMet);
    }

    [Fact]
    public void Case_7_a_challenger_who_reaches_the_reserve_pays_it_and_one_below_it_the_step()
    {
        var given = Given.Of(reserve: 50_000);
        given.Bids('A', 20_000);
        given.Bids('B', 30_000);
        Assert.Equal(('B', 21_000L), given.Now);
        given.Bids('C', 80_000);
        Assert.Equal(('C', 50_000L), given.Now);
    }

    [Fact]
    public void Case_8_a_leader_who_raises_across_the_reserve_lifts_the_price_to_it()
    {
        var given = Given.Of(reserve: 50_000);
        given.Bids('A', 20_000);
        given.Bids('A', 49_999);
        Assert.Equal(('A', 1_000L), given.Now);
        Assert.False(given.Auction.ReserveMet);
        given.Bids('A', 70_000);
        Assert.Equal(('A', 50_000L), given.Now);
        given.Bids('A', 90_000);
        Assert.Equal(('A', 50_000L), given.Now);
    }

    [Fact]
    public void Case_9_one_tick_before_the_end_counts_and_the_end_itself_and_after_do_not()
    {
        Assert.Null(Given.Of().Bids('A', 5_000, Given.End.AddTicks(-1)));
        Assert.Equal("auction.ended", Given.Of().Bids('A', 5_000, Given.End));
        Assert.Equal("auction.ended", Given.Of().Bids('A', 5_000, Given.End.AddTicks(1)));
    }

    [Fact]
    public void Case_10_the_time_of_receipt_counts_however_late_it_is_decided()
    {
        // The engine knows no other time than that of receipt; that the closer waits is its own rule.
        var given = Given.Of();
        given.Bids('A', 5_000, Given.End.AddHours(-1));
        Assert.Equal(new Close.Wait(Given.End.AddSeconds(2)), Closing.Decide(given.Auction, Given.End.AddSeconds(1.9), TimeSpan.Zero, null, given.Rules));
        Assert.Null(given.Bids('B', 9_000, Given.End.AddMilliseconds(-1)));
        Assert.Equal(('B', 5_500L), given.Now);
    }

    [Fact]
    public void Case_11_what_was_extended_is_not_closed_and_what_is_closed_takes_no_bid()
    {
        var given = Given.Of();
        given.Bids('A', 5_000, Given.End.AddSeconds(-1));
        Assert.IsType<Close.Wait>(Closing.Decide(given.Auction, Given.End.AddSeconds(3), TimeSpan.Zero, null, given.Rules));
        Assert.IsType<Close.Sell>(Closing.Decide(given.Auction, Given.End.AddMinutes(3), TimeSpan.Zero, null, given.Rules));
        var closed = Bidding.Decide(
            given.Auction with { Phase = Phase.Sold }, new BidWish(Guid.Empty, Given.Member('B'), "B", BidKind.Bid, 9_000, Given.Start.AddHours(1)), false, long.MaxValue, given.Rules);
        Assert.Equal("auction.ended", closed.Refusal!.Code);
    }

    [Fact]
    public void Case_12_chained_extensions_end_at_the_cap()
    {
        var given = Given.Of();
        var end = Given.End;
        for (var i = 0; i < 40; i++)
        {
            var minimum = given.Auction.Minimum(given.Rules.Increments);
            var at = given.Auction.EndsAt.AddSeconds(-1);
            Assert.Null(given.Bids(i % 2 == 0 ? 'A' : 'B', minimum, at));
            end = i < 30 ? at.AddMinutes(2) : end;
            Assert.Equal((end, Math.Min(i + 1, 30)), (given.Auction.EndsAt, given.Auction.Extensions));
        }
        Assert.Equal("auction.ended", given.Bids('C', 900_000, end));
    }

    [Fact]
    public void Case_12_only_a_new_leader_extends_and_only_in_the_last_two_minutes()
    {
        var given = Given.Of();
        given.Bids('A', 100_000, Given.End.AddMinutes(-2));
        Assert.Equal((Given.End, 0), (given.Auction.EndsAt, given.Auction.Extensions));
        given.Bids('B', 20_000, Given.End.AddSeconds(-5));
        given.Bids('B', 20_000, Given.End.AddSeconds(-4));
        given.Bids('A', 200_000, Given.End.AddSeconds(-3));
        Assert.Equal((Given.End, 0), (given.Auction.EndsAt, given.Auction.Extensions));
        given.Bids('C', 300_000, Given.End.AddSeconds(-2));
        Assert.Equal((Given.End.AddSeconds(118), 1), (given.Auction.EndsAt, given.Auction.Extensions));
    }

    [Fact]
    public void Case_17_a_retracting_leader_gives_way_to_the_runner_up_at_the_price_that_is_left()
    {
        var given = ThreeBidders();
        given.Undo(2);
        Assert.Equal(('B', 11_000L), given.Now);
        Assert.Equal(2, given.Auction.Bids);
    }

    [Fact]
    public void Case_17_a_retracting_runner_up_lowers_the_price()
    {
        var given = ThreeBidders();
        given.Undo(1);
        Assert.Equal(('C', 11_000L), given.Now);
    }

    [Fact]
    public void Case_17_a_retracted_bid_in_the_middle_changes_nothing_and_the_last_leaves_an_empty_auction()
    {
        var given = ThreeBidders();
        given.Undo(0);
        Assert.Equal(('C', 21_000L), given.Now);
        given.Undo(0, 1);
        Assert.Equal((null, 1_000L), given.Now);
        Assert.Equal(0, given.Auction.Bids);
    }

    [Fact]
    public void Case_17_a_retracted_raise_leaves_the_bid_before_it()
    {
        var given = Given.Of();
        given.Bids('A', 10_000);
        given.Bids('A', 50_000);
        given.Bids('B', 30_000);
        given.Undo(1);
        Assert.Equal(('B', 11_000L), given.Now);
    }

    [Theory]
    [InlineData(20, 12.01, null)]
    [InlineData(20, 12, "auction.retract_late")]
    [InlineData(1, 11, null)]
    [InlineData(1.001, 11, "auction.retract_late")]
    [InlineData(0.5, 0.1, null)]
    public void Case_17_when_a_bid_may_be_retracted(double hoursOld, double hoursLeft, string? refusal)
    {
        var now = Given.End.AddHours(-hoursLeft);
        Assert.Equal(refusal, Retraction.Refusal(Given.Of().Auction, now.AddHours(-hoursOld), stands: true, now, AuctionRules.Default)?.Code);
    }

    [Fact]
    public void Case_17_an_end_that_was_announced_stays_when_the_bid_that_moved_it_goes()
    {
        var given = Given.Of();
        given.Bids('A', 10_000);
        given.Bids('B', 50_000, Given.End.AddSeconds(-1));
        given.Undo(1);
        Assert.Equal(Given.End.AddSeconds(119), given.Auction.EndsAt);
    }

    [Fact]
    public void Case_18_a_suspended_member_in_the_middle_is_replayed_away_with_all_bids()
    {
        var given = Given.Of();
        given.Bids('A', 10_000);
        given.Bids('B', 20_000);
        given.Bids('A', 30_000);
        given.Bids('C', 40_000);
        given.Bids('B', 90_000);
        given.UndoAllOf('B');
        Assert.Equal(('C', 31_000L), given.Now);
        given.UndoAllOf('C');
        Assert.Equal(('A', 1_000L), given.Now);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(AuctionRules.MostAmount + 1)]
    public void Case_21_an_amount_that_is_none_is_refused(long maximum) => Assert.Equal("auction.amount", Given.Of().Bids('A', maximum));

    [Fact]
    public void Case_21_the_largest_amounts_do_not_wrap_around()
    {
        var given = Given.Of();
        Assert.Null(given.Bids('A', AuctionRules.MostAmount));
        Assert.Null(given.Bids('B', AuctionRules.MostAmount));
        Assert.Equal(('A', AuctionRules.MostAmount), given.Now);
        Assert.Equal("auction.too_low", given.Bids('C', AuctionRules.MostAmount));
    }

    [Theory]
    [InlineData(1_000, 1_300)]
    [InlineData(1_001, 1_302)]
    [InlineData(1, 2)]
    [InlineData(AuctionRules.MostAmount, 1_300_000_000_000)]
    public void Case_21_130_percent_are_rounded_up(long start, long least) => Assert.Equal(least, Terms.LeastBuyNow(start));

    [Fact]
    public void Who_may_not_bid()
    {
        var given = Given.Of();
        Assert.Equal("auction.blocked", given.Bids('A', 5_000, blocked: true));
        Assert.Equal("wallet.insufficient", given.Bids('A', 5_000, free: 4_999));
        Assert.Null(given.Bids('A', 5_000, free: 5_000));
        Assert.Equal("auction.too_low", given.Bids('B', 1_499));
        // A bid that will not lead must be covered too, or people without points drive prices.
        Assert.Equal("wallet.insufficient", given.Bids('B', 1_500, free: 1_499));
        Assert.Null(given.Bids('B', 1_500));
        var own = new BidWish(Guid.Empty, given.Auction.Seller, "s", BidKind.Bid, 50_000, Given.Start);
        Assert.Equal("auction.own", Bidding.Decide(given.Auction, own, false, long.MaxValue, given.Rules).Refusal!.Code);
    }

    [Fact]
    public void Buy_now_vanishes_with_the_first_bid_and_with_a_reserve_when_that_is_met()
    {
        var plain = Given.Of(buyNow: 20_000);
        Assert.True(plain.Auction.OffersBuyNow);
        Assert.Equal("auction.buy_now_price", plain.Bids('A', 19_000, kind: BidKind.BuyNow));
        plain.Bids('A', 5_000);
        Assert.False(plain.Auction.OffersBuyNow);
        Assert.Equal("auction.buy_now_gone", plain.Bids('B', 20_000, kind: BidKind.BuyNow));

        var reserved = Given.Of(reserve: 15_000, buyNow: 20_000);
        reserved.Bids('A', 14_999);
        Assert.True(reserved.Auction.OffersBuyNow);
        Assert.Null(reserved.Bids('B', 20_000, kind: BidKind.BuyNow));
        Assert.Equal(('B', 20_000L), reserved.Now);
        Assert.Equal(Phase.Sold, reserved.Auction.Phase);
        Assert.Equal("auction.ended", reserved.Bids('C', 90_000));

        var met = Given.Of(reserve: 15_000, buyNow: 20_000);
        met.Bids('A', 15_000);
        Assert.Equal("auction.buy_now_gone", met.Bids('B', 20_000, kind: BidKind.BuyNow));
    }

    [Fact]
    public void An_end_in_an_outage_is_moved_by_what_was_lost_and_ten_minutes_at_least()
    {
        var auction = Given.Of().Auction;
        Close At(Outage outage) => Closing.Decide(auction, outage.To.AddSeconds(5), TimeSpan.Zero, outage, AuctionRules.Default);
        var back = Given.End.AddHours(3);
        Assert.Equal(new Close.Extend(back.AddMinutes(30)), At(new(Given.End.AddMinutes(-30), back)));
        Assert.Equal(new Close.Extend(back.AddMinutes(10)), At(new(Given.End.AddMinutes(-2), back)));
        Assert.Equal(new Close.Extend(back + (Given.End - Given.Start)), At(new(Given.Start.AddDays(-2), back)));
        Assert.IsType<Close.Unsold>(At(new(Given.End, back)));
    }

    [Fact]
    public void The_closer_waits_for_the_slowest_clock()
    {
        var auction = Given.Of().Auction;
        Assert.Equal(new Close.Wait(Given.End.AddSeconds(7)), Closing.Decide(auction, Given.End.AddSeconds(6), TimeSpan.FromSeconds(5), null, AuctionRules.Default));
    }

    [Theory]
    [InlineData("김민지", "김***지")]
    [InlineData("민지", "민***")]
    [InlineData("kim", "k***m")]
    [InlineData("👩‍🎨a🎨", "👩‍🎨***🎨")]
    public void A_bidder_is_masked(string nickname, string mask) => Assert.Equal(mask, Mask.Of(nickname));

    private static Given ThreeBidders()
    {
        var given = Given.Of();
        given.Bids('A', 10_000);
        given.Bids('B', 20_000);
        given.Bids('C', 50_000);
        Assert.Equal(('C', 21_000L), given.Now);
        return given;
    }
}
