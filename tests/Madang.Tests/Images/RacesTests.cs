using System.Collections.Concurrent;
using System.Net;
using Madang.Images;
using Madang.Images.Caching;
using Madang.Images.Domain;
using Madang.Images.Features;
using Madang.Images.Imaging;
using Madang.Images.Storage;
using Madang.Platform.Blobs;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Madang.Tests.Images.Imaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>What happens when two things happen at once, or something ends in the middle.</summary>
public sealed class RacesTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    [Fact]
    public async Task A_picture_that_is_deleted_while_it_waits_to_be_made_is_unknown()
    {
        var node = await host.NodeAsync([new("Images:RenderConcurrency", "1")]);
        var shop = await host.ShopAsync(node);
        var image = await shop.ReadyAsync(Pictures.Jpeg());
        var admission = node.Services.GetRequiredService<Admission>();

        Task<HttpResponseMessage> asked;
        using ((await admission.Enter(1, CancellationToken.None)).Value)
        {
            asked = node.Stranger().GetAsync($"{image.View}?w=50&fm=png");
            await Answers.EventuallyAsync(() => Task.FromResult(admission.Waiting), waiting => waiting == 1);
            await (await shop.DeleteAsync($"/api/images/{image.Id}")).ShouldBeAsync(HttpStatusCode.NoContent);
            await Answers.EventuallyAsync(() => Task.FromResult(host.StoredOf(image.Id).Count), stored => stored == 0);
        }

        await (await asked).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");
    }

    [Fact]
    public async Task What_a_killed_attempt_stored_of_a_deleted_image_is_cleared_by_the_next()
    {
        var id = Guid.CreateVersion7();
        var blobs = host.First.Services.GetRequiredService<IBlobStore>();
        await blobs.Put(ImageRow.Key(id, "mezzanine.webp"), new MemoryStream([1, 2, 3]), "image/webp", CancellationToken.None);

        await using var scope = host.First.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<PrepareImage>()
            .Handle(new PrepareImage.Job(id), new WorkContext(1, 2, 8, (_, _) => Task.CompletedTask), CancellationToken.None);

        Assert.Empty(host.StoredOf(id));
    }

    [Fact]
    public async Task Jobs_that_run_as_soon_as_the_node_starts_keep_their_scratch_files()
    {
        var early = new EarlyJob();
        await host.NodeAsync(configure: services => services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider => early.In(provider))));
        Assert.True(File.Exists(early.Path));
    }

    [Fact]
    public async Task In_a_batch_an_outage_while_a_file_is_received_is_that_files_outcome()
    {
        var full = new Failure("test.full", "No room.", 507);
        var node = await host.NodeAsync(configure: services => services.AddSingleton(new OutageRule(fault => fault is IOException ? full : null)));
        var shop = await host.ShopAsync(node);
        await File.WriteAllTextAsync(Path.Combine(node.Folder, "images-scratch"), "no folder");

        var answer = await shop.PostAsync("/api/images/batch", new Form().File(Pictures.Jpeg(), "a.jpg").File(Pictures.Jpeg(), "b.jpg").Content());
        var events = new List<string>();
        await foreach (var (kind, data) in answer.EventsAsync())
            events.Add(kind == "error" ? $"{data.GetProperty("index")} {data.GetProperty("code")}" : kind);
        Assert.Equal(["init", "0 test.full", "1 test.full", "complete"], events);
    }

    [Theory]
    [InlineData("/api/images")]
    [InlineData("/api/images/batch")]
    public async Task A_client_that_breaks_off_is_no_error_of_ours(string path)
    {
        var log = new ErrorLog();
        var node = await host.NodeAsync(port: 0, configure: services => services.AddSingleton<ILoggerProvider>(log));
        var key = await node.NewKeyAsync(ImagesModule.Write);
        var form = new Form().File(Pictures.Phone12Mp()).Unfinished();
        for (var round = 0; round < 3; round++)
            await Task.WhenAll(Enumerable.Range(0, 16).Select(async number =>
            {
                await using var raw = await RawConnection.PostAsync(node.Address, path, key, form.Length);
                await raw.SendAsync(form.AsMemory(0, form.Length - (number % 3 * 500_000)));
                await Task.Delay(TimeSpan.FromMilliseconds(20 * (number % 8)), TimeProvider.System);
                raw.Break();
            }));
        // All may have broken off before the first file was begun.
        var scratch = Path.Combine(node.Folder, "images-scratch");
        await Answers.EventuallyAsync(() => Task.FromResult(Directory.Exists(scratch) ? Directory.GetFiles(scratch).Length : 0), left => left == 0);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        // Kestrel itself may grumble about what it could not drain; a fault of ours is one that our handlers did not know.
        Assert.DoesNotContain(log.Errors, error => error.Contains("An unhandled exception", StringComparison.Ordinal));
    }

    [Fact]
    public void A_full_disk_is_told_as_such_from_within_the_encoder()
    {
        using var folder = new TestFolder();
        var plan = new RenderPlan { Scale = new PixelSize(32, 24), Format = OutputFormat.Png, Quality = 0 };
        using var disk = new FullDisk();
        var failure = Assert.Throws<IOException>(() => Renderer.Render(folder.With(Pictures.Jpeg()), plan, disk, CancellationToken.None));
        Assert.Equal(FullDisk.NoSpaceLeft, failure.HResult);
    }

    private sealed class EarlyJob : IHostedService
    {
        private ScratchFolder? _scratch;

        public string Path { get; private set; } = "";

        public EarlyJob In(IServiceProvider services)
        {
            _scratch = services.GetRequiredService<ScratchFolder>();
            return this;
        }

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            Path = _scratch!.NewPath();
            await File.WriteAllTextAsync(Path, "half a picture", cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FullDisk : MemoryStream
    {
        public const int NoSpaceLeft = 28;

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device", NoSpaceLeft);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Errors.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
