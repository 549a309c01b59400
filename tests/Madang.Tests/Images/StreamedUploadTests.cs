using System.Net;
using System.Net.Http.Headers;
using Madang.Tests.Host;
using Madang.Tests.Platform;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>Uploads go to disk as they come. Alone, because it measures the memory of the whole process.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class StreamedUploadTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    private const int Comments = 690;

    [Fact]
    public async Task A_file_is_on_disk_while_the_rest_of_it_is_still_coming()
    {
        var node = await host.NodeAsync(port: 0);
        var form = new Form().File(Pictures.Jpeg(1600, 1200)).Finished();
        await using var phone = await RawConnection.PostAsync(node.Address, "/api/images", await node.NewKeyAsync("images:write"), form.Length);

        await phone.SendAsync(form.AsMemory(0, form.Length * 3 / 4));
        await Answers.EventuallyAsync(() => Task.FromResult(BytesIn(node.Folder)), bytes => bytes > form.Length / 2);

        await phone.SendAsync(form.AsMemory(form.Length * 3 / 4));
        Assert.StartsWith("HTTP/1.1 201", await phone.ReadUntilAsync("digest"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_does_not_grow_with_a_picture_of_45_megabytes()
    {
        var node = await host.NodeAsync(port: 0);
        var shop = await host.ShopAsync(node);
        await shop.TakenAsync(Pictures.Jpeg(64, 48)); // what is made once is made
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;

        var answer = await shop.UploadAsync(new LongForm(sent =>
        {
            if (sent % 40 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }));

        var image = new Image(await answer.ShouldBeAsync(HttpStatusCode.Created));
        Assert.InRange(image.Json.GetProperty("bytes").GetInt64(), 45_000_000, 50_000_000);
        Assert.InRange(most, long.MinValue, 16_000_000);
    }

    private static long BytesIn(string folder) => ImagesHost.FilesIn(folder).Select(path => new FileInfo(path)).Where(file => file.Exists).Sum(file => file.Length);

    /// <summary>A form with a whole JPEG that has 45 MB of comments, made while it is sent.</summary>
    private sealed class LongForm : HttpContent
    {
        private readonly Action<int> _sent;

        public LongForm(Action<int> sent)
        {
            _sent = sent;
            Headers.ContentType = MediaTypeHeaderValue.Parse(Form.ContentType);
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var jpeg = Pictures.Jpeg(64, 48);
            var form = new Form().File(jpeg).Finished();
            var start = form.AsSpan().IndexOf(jpeg.AsSpan()) + 2; // behind the start marker
            await stream.WriteAsync(form.AsMemory(0, start));
            byte[] comment = [0xFF, 0xFE, 0xFF, 0xFF, .. new byte[65_533]];
            for (var sent = 0; sent < Comments; sent++)
            {
                await stream.WriteAsync(comment);
                _sent(sent);
            }
            await stream.WriteAsync(form.AsMemory(start));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
