using System.Globalization;
using System.Text.Json;
using Dapper;
using Madang.Platform.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Bench;

/// <summary>
/// Keyword search over HTTP in a market of 200,000 listings, against one of 20,000: two servers with a database each, asked the same words in turns. The words are common
/// and rare, of one to four Korean letters and Latin, alone and in pairs; all come as often in the one as in the other.
/// </summary>
internal static class MarketBench
{
    private const int Rounds = 5;
    private const int Small = 20_000;
    private const int Large = 200_000;

    private static readonly string[] Words =
    [
        "달빛", "그림", "항아리", "푸른", "바다", "moon", "vintage", "cam", "푸른 바다", "달빛 항아리", "붉은 산 그림", "자전거", "먹", "작품7731", "작품15000", "없는낱말", "작품3 달빛", "oak", "조각보 vintage", "겨울",
    ];

    public static async Task<int> RunAsync()
    {
        await using var small = await Shop.OpenAsync(Small);
        await using var large = await Shop.OpenAsync(Large);
        await small.SearchAsync(Words);
        await large.SearchAsync(Words);
        var (few, many) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            Console.Error.WriteLine($"search: round {round + 1} of {Rounds}");
            for (var time = 0; time < 10; time++)
            {
                few.AddRange(await small.SearchAsync(Words));
                many.AddRange(await large.SearchAsync(Words));
            }
        }

        var report = new Report();
        var growth = At(many, 0.95) / At(few, 0.95);
        report.Row("keyword search, p50", Milliseconds(At(many, 0.5)), Milliseconds(At(few, 0.5)), At(many, 0.5) / At(few, 0.5), $"{Large:N0} listings; peer: {Small:N0}");
        report.Row("keyword search, p95", Milliseconds(At(many, 0.95)), Milliseconds(At(few, 0.95)), growth, $"{many.Count} searches each, {Words.Length} different");
        report.Row("slowest word, median", await large.SlowestAsync(Words), await small.SlowestAsync(Words));
        report.Ratio("search_growth", growth);
        report.Print();
        return 0;
    }

    private static double At(List<double> values, double share) => values.Order().ElementAt((int)(values.Count * share));

    private static string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.0} ms");

    /// <summary>A server on a database of its own, full of listings.</summary>
    private sealed class Shop(ServiceProvider database, DirectoryInfo folder, MadangServer server) : IAsyncDisposable
    {
        public static async Task<Shop> OpenAsync(int listings)
        {
            Console.Error.WriteLine($"search: filling a market with {listings:N0} listings");
            var folder = Directory.CreateTempSubdirectory("madang-bench-");
            // The database's own user has to get in.
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
            var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data:Folder", folder.FullName)]).Build();
            var database = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning)).AddMetrics().AddData(configuration).BuildServiceProvider();
            await database.OpenDatabase(CancellationToken.None);
            var source = database.GetRequiredService<NpgsqlDataSource>();
            var server = await MadangServer.StartAsync(core: null, $"--ConnectionStrings:Madang={source.ConnectionString}");
            await FillAsync(source, listings);
            return new(database, folder, server);
        }

        /// <summary>Each word once; how long each took, in milliseconds.</summary>
        public async Task<double[]> SearchAsync(IReadOnlyList<string> words)
        {
            var took = new double[words.Count];
            for (var i = 0; i < took.Length; i++)
            {
                var started = TimeProvider.System.GetTimestamp();
                using var answer = await server.Client.GetAsync($"/api/listings?q={Uri.EscapeDataString(words[i])}");
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync();
                took[i] = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
            }
            return took;
        }

        public async Task<string> SlowestAsync(IReadOnlyList<string> words)
        {
            var times = new List<double[]>();
            for (var i = 0; i < 9; i++)
                times.Add(await SearchAsync(words));
            var (word, median) = words.Select((word, i) => (word, times.Select(one => one[i]).Median())).MaxBy(one => one.Item2);
            var found = JsonElement.Parse(await server.Client.GetStringAsync($"/api/listings?q={Uri.EscapeDataString(word)}")).GetProperty("facets").GetProperty("total").GetInt32();
            return $"{word}: {Milliseconds(median)}, {found} found";
        }

        private static async Task FillAsync(NpgsqlDataSource source, int listings)
        {
            await using var connection = await source.OpenConnectionAsync();
            await connection.ExecuteAsync(
                """
                select setseed(0.5);
                create temp table made as
                select gen_random_uuid() as id, n, random() as a, random() as b, random() as c, random() as d, random() as e, now() - n * interval '1 second' as at
                from generate_series(1, @listings) as n;
                insert into market.listing (id, seller_id, state, kind, way, title, description, category, condition, hashtags, price, created_at, updated_at, published_at)
                select id, gen_random_uuid(), 'live', 'goods', 'fixed',
                  (array['푸른', '붉은', '고요한', '오래된', '하얀', '작은', '커다란', '따뜻한', '맑은', 'vintage', '검은', '낡은', '새'])[1 + floor(a * 13)::int] || ' ' ||
                  (array['바다', '산', '달빛', '항아리', '조각보', '자전거', '의자', 'camera', '그림', '시계', '기타', '책', 'oak 책상', '먹', '화분', '등불', 'moon jar', '텐트'])[1 + floor(b * 18)::int] || ' ' ||
                  (array['그림', '한 점', '모음', '소품', '겨울', '여름', '봄', '가을', '연작', '세트', '판화', '사진'])[1 + floor(c * 12)::int] || ' 작품' || n,
                  '직접 쓰던 물건입니다. ' || (array['상태가 좋습니다', '흠집이 조금 있습니다', '거의 새것입니다', '이사하면서 내놓습니다'])[1 + floor(d * 4)::int] || '. 문의 주세요, 빠르게 보내 드립니다.',
                  (array['goods.home.furniture', 'goods.books', 'goods.digital.camera', 'goods.hobby.camping', 'goods.home.lighting'])[1 + floor(e * 5)::int], 'good',
                  array[(array['빈티지', '소품', '겨울', '여름', 'oak'])[1 + floor(c * 5)::int]], 1000 + floor(d * 100000)::bigint, at, at, at
                from made;
                insert into market.standing (listing_id, shown, price) select id, 'live', 1000 + floor(d * 100000)::bigint from made;
                insert into market.interest (listing_id, shown, likes, views) select id, 'live', floor(a * 50)::int, floor(b * 500)::int from made;
                """,
                new { listings }, commandTimeout: 1200);
            await connection.ExecuteAsync("vacuum analyze market.listing, market.standing, market.interest", commandTimeout: 600);
        }

        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            await database.DisposeAsync();
            NpgsqlConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }
}
