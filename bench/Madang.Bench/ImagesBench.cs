using System.Diagnostics;
using System.Globalization;
using Madang.Tests.Images;

namespace Madang.Bench;

/// <summary>The image module against sharp, nginx and itself done the naive way.</summary>
internal static class ImagesBench
{
    private const string Transform = "w=800&fm=webp&q=80";
    private const int Rounds = 5;

    public static async Task<int> RunAsync(string[] only)
    {
        var report = new Report();
        Console.Error.WriteLine("Making a 12 MP photograph ...");
        var photo = Pictures.Phone12Mp();
        if (Wanted("cold"))
            await ColdAsync(photo, report);
        if (Wanted("hit"))
            await HitAsync(photo, report);
        if (Wanted("srcset"))
            await SrcsetAsync(photo, report);
        if (Wanted("stampede"))
            await StampedeAsync(photo, report);
        report.Print();
        return 0;

        bool Wanted(string name) => only.Length == 0 || only.Contains(name);
    }

    /// <summary>Pictures that nobody asked for before: 12 MP JPEG to 800 px WebP over HTTP at four connections, in turns with sharp.</summary>
    private static async Task ColdAsync(byte[] photo, Report report)
    {
        const int pictures = 24;
        var folder = Directory.CreateTempSubdirectory("madang-bench-sharp-");
        await using var madang = await MadangServer.StartAsync();
        Say($"cold: uploading {pictures} photographs");
        var ids = new List<string>();
        for (var i = 0; i < pictures; i++)
        {
            ids.Add(await madang.UploadAsync(photo));
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, $"{ids[i]}.jpg"), photo);
        }
        var sharpPort = Server.FreePort();
        await using var sharp = await Server.StartAsync(
            null, sharpPort, new Dictionary<string, string>(), "node", Path.Combine(Repository, "bench/peers/sharp/server.mjs"), folder.FullName, sharpPort.ToString(CultureInfo.InvariantCulture));

        var (ours, theirs, ourCpu, theirCpu) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            Say($"cold: round {round + 1} of {Rounds}");
            foreach (var id in ids)
                await madang.PurgeAsync(id);
            var (rate, cpu) = await LoadAsync(madang.Process, ids, 4);
            var (peerRate, peerCpu) = await LoadAsync(sharp, ids, 4);
            if (round < 0)
                continue; // warm-up
            ours.Add(rate);
            theirs.Add(peerRate);
            ourCpu.Add(cpu * 1000 / pictures);
            theirCpu.Add(peerCpu * 1000 / pictures);
        }
        var ratio = ours.Zip(theirs, (a, b) => a / b).Median();
        report.Row("cold 12 MP JPEG -> 800 px WebP q80, 4 connections", ours.Spread("/s"), theirs.Spread("/s"), ratio, "peer: Node and sharp 0.35 with its defaults");
        report.Row("  CPU a picture", ourCpu.Spread("ms"), theirCpu.Spread("ms"), theirCpu.Median() / ourCpu.Median());
        report.Ratio("cold_vs_sharp", ratio);

        using var client = new HttpClient();
        var mine = await client.GetByteArrayAsync($"{madang.Process.Address}/cdn/{ids[0]}?{Transform}");
        var peer = await client.GetByteArrayAsync($"{sharp.Address}/cdn/{ids[0]}?{Transform}");
        var (ssim, peerSsim) = (Similarity.ToOriginal(mine, photo), Similarity.ToOriginal(peer, photo));
        report.Row("  SSIM to the original", ssim.ToString("0.0000", CultureInfo.InvariantCulture), peerSsim.ToString("0.0000", CultureInfo.InvariantCulture), ssim / peerSsim);
        report.Row("  bytes", mine.Length.ToString(CultureInfo.InvariantCulture), peer.Length.ToString(CultureInfo.InvariantCulture), (double)mine.Length / peer.Length);
        report.Ratio("cold_ssim_vs_sharp", ssim / peerSsim);

        await using var fresh = await MadangServer.StartAsync();
        Say("cold: memory at 16 connections");
        var many = new List<string>();
        for (var i = 0; i < pictures; i++)
            many.Add(await fresh.UploadAsync(photo));
        await LoadAsync(fresh.Process, many, 16);
        foreach (var id in many)
            await fresh.PurgeAsync(id);
        await LoadAsync(fresh.Process, many, 16);
        report.Row("  peak memory with uploads, 16 connections", $"{fresh.Process.PeakBytes / 1e6:0} MB", $"{sharp.PeakBytes / 1e6:0} MB (4 connections)");
        folder.Delete(recursive: true);
    }

    /// <summary>Cached pictures and 304s: the server on one core, wrk on the other, in turns with nginx and its files.</summary>
    private static async Task HitAsync(byte[] photo, Report report)
    {
        const int connections = 32;
        const int seconds = 4;
        await using var madang = await MadangServer.StartAsync(core: 0);
        var id = await madang.UploadAsync(photo);
        var (path, bytes, etag) = await NearestToAsync(madang, id, 60_000);
        var folder = Directory.CreateTempSubdirectory("madang-bench-nginx-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "picture.webp"), bytes);
        await using var nginx = await Nginx.StartAsync(folder, core: 0);
        using var client = new HttpClient();
        using var head = await client.GetAsync($"{nginx.Address}/picture.webp");
        var nginxTag = head.Headers.ETag!.ToString();

        foreach (var (name, ours, theirs) in new[]
        {
            ("hit_60k_vs_nginx", Array.Empty<string>(), Array.Empty<string>()),
            ("hit_304_vs_nginx", [$"If-None-Match: {etag}"], [$"If-None-Match: {nginxTag}"]),
        })
        {
            var (mine, peer) = (new List<double>(), new List<double>());
            // On one core the JIT compiler needs long to be through with what a request touches.
            for (var round = -3; round < Rounds; round++)
            {
                Say($"{name}: round {round + 1} of {Rounds}");
                var rate = await Wrk.RunAsync(madang.Process.Address + path, seconds, connections, ours);
                var peerRate = await Wrk.RunAsync($"{nginx.Address}/picture.webp", seconds, connections, theirs);
                if (round < 0)
                    continue;
                mine.Add(rate);
                peer.Add(peerRate);
            }
            var ratio = mine.Zip(peer, (a, b) => a / b).Median();
            report.Row(name == "hit_60k_vs_nginx" ? $"cached picture of {bytes.Length} bytes, one core" : "304 Not Modified, one core", mine.Spread("/s"), peer.Spread("/s"), ratio, "peer: nginx, sendfile, open_file_cache");
            report.Ratio(name, ratio);
        }
        folder.Delete(recursive: true);
    }

    /// <summary>Five sizes prepared by one job against five requests for them: CPU of the whole process, less what an upload costs without sizes.</summary>
    private static async Task SrcsetAsync(byte[] photo, Report report)
    {
        int[] sizes = [320, 640, 960, 1280, 1920];
        await using var madang = await MadangServer.StartAsync(null, "--Images:PreparedFormats:0=webp");
        await madang.UploadAsync(photo); // warm-up
        var (jobs, requests) = (new List<double>(), new List<double>());
        for (var round = -3; round < Rounds * 2; round++)
        {
            Say($"srcset: round {round + 1} of {Rounds * 2}");
            var bare = await CpuAsync(madang, () => madang.UploadAsync(photo));
            var prepared = await CpuAsync(madang, () => madang.UploadAsync(photo, string.Join(',', sizes)));
            var asked = await CpuAsync(madang, async () =>
            {
                foreach (var size in sizes)
                    await madang.Client.GetByteArrayAsync($"/cdn/{bare.Result}?w={size}&fm=webp");
                return "";
            });
            if (round < 0)
                continue;
            jobs.Add(prepared.Milliseconds - bare.Milliseconds);
            requests.Add(asked.Milliseconds);
        }
        var gain = requests.Median() / jobs.Median();
        report.Row("five WebP sizes of a 12 MP JPEG, CPU", jobs.Spread("ms"), requests.Spread("ms"), gain, "in the upload's job; peer: five requests");
        report.Ratio("srcset5_cpu_gain", gain);
    }

    /// <summary>A hundred people ask for a picture that is not there yet.</summary>
    private static async Task StampedeAsync(byte[] photo, Report report)
    {
        await using var madang = await MadangServer.StartAsync();
        var id = await madang.UploadAsync(photo);
        var before = await madang.MetricAsync("madang_images_renderings_seconds_count");
        Say("stampede: 100 requests at once");
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 100 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.GetByteArrayAsync($"{madang.Process.Address}/cdn/{id}?{Transform}")));
        var transforms = await madang.MetricAsync("madang_images_renderings_seconds_count") - before;
        if (answers.Any(answer => !answer.AsSpan().SequenceEqual(answers[0])))
            throw new InvalidOperationException("The hundred did not get the same picture.");
        report.Row("transforms for 100 identical cold requests", transforms.ToString(CultureInfo.InvariantCulture), "100", notes: "peer: without single flight");
        report.Ratio("stampede_transforms", transforms);
    }

    private static async Task<(double Rate, double Cpu)> LoadAsync(Server server, IReadOnlyList<string> ids, int connections)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections });
        var cpu = server.CpuSeconds;
        var since = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = connections }, async (id, cancellation) =>
        {
            using var answer = await client.GetAsync($"{server.Address}/cdn/{id}?{Transform}", cancellation);
            answer.EnsureSuccessStatusCode();
            await answer.Content.CopyToAsync(Stream.Null, cancellation);
        });
        return (ids.Count / Stopwatch.GetElapsedTime(since).TotalSeconds, server.CpuSeconds - cpu);
    }

    private static async Task<(double Milliseconds, string Result)> CpuAsync(MadangServer madang, Func<Task<string>> work)
    {
        var cpu = madang.Process.CpuSeconds;
        var result = await work();
        return ((madang.Process.CpuSeconds - cpu) * 1000, result);
    }

    /// <summary>The width whose WebP is nearest to so many bytes.</summary>
    private static async Task<(string Path, byte[] Bytes, string ETag)> NearestToAsync(MadangServer madang, string id, int bytes)
    {
        var (best, body, tag) = ("", Array.Empty<byte>(), "");
        for (var width = 300; width <= 1200; width += 20)
        {
            var path = $"/cdn/{id}?w={width}&fm=webp";
            using var answer = await madang.Client.GetAsync(path);
            var content = await answer.Content.ReadAsByteArrayAsync();
            if (Math.Abs(content.Length - bytes) < Math.Abs(body.Length - bytes))
                (best, body, tag) = (path, content, answer.Headers.ETag!.ToString());
        }
        return (best, body, tag);
    }

    private static void Say(string what) => Console.Error.WriteLine(what);

    /// <summary>The folder that holds this repository, found upwards from the program.</summary>
    private static string Repository
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Madang.slnx")))
                    return folder.FullName;
            throw new InvalidOperationException("The bench runs inside the repository.");
        }
    }
}
