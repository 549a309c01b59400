using Madang.Bench;

return args switch
{
    ["images", .. var only] => await ImagesBench.RunAsync(only),
    ["accounts"] => await AccountsBench.RunAsync(),
    ["wallet"] => await WalletBench.RunAsync(),
    ["auctions", .. var only] => await AuctionsBench.RunAsync(only),
    ["market"] => await MarketBench.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: ./bench/run images [cold|hit|srcset|stampede ...] | accounts | wallet | market | auctions [hot|watchers|growth ...]");
    return 2;
}
