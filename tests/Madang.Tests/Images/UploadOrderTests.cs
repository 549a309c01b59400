using System.Net;
using Madang.Images.Features;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests.Images;

/// <summary>Decision 6: whatever happens between two steps, a row has its original, and files without a row are cleared away.</summary>
public sealed class UploadOrderTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    [Fact]
    public async Task An_upload_takes_back_the_job_that_would_have_cleared_it_away()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.Jpeg());

        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from platform.work where key = @key", new { key = $"abandon:{image.Id:N}" }));
    }

    [Fact]
    public async Task An_upload_whose_clearing_has_begun_is_refused_and_leaves_nothing()
    {
        var blobs = new GatedBlobs();
        var node = await host.NodeAsync(configure: blobs.Guard);
        var shop = await host.ShopAsync(node);
        Guid id = default;
        blobs.BeforePut = async key =>
        {
            id = Guid.Parse(key.Split('/')[1]);
            await host.ScalarAsync<int>(
                "update platform.work set lease = gen_random_uuid(), leased_until = now() + interval '1 hour' where key = @key", new { key = $"abandon:{id:N}" });
        };

        await (await shop.UploadAsync(Pictures.Jpeg())).ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "upload.interrupted");

        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from images.image where id = @id", new { id }));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from platform.work where key = @key", new { key = $"prepare:{id:N}" }));
        Assert.Empty(host.StoredOf(id));
    }

    [Fact]
    public async Task A_picture_whose_preparation_was_given_up_says_so_and_is_delivered()
    {
        var blobs = new GatedBlobs();
        var node = await host.NodeAsync(configure: blobs.Guard);
        var shop = await host.ShopAsync(node);
        var image = await shop.ReadyAsync(Pictures.Jpeg());
        await host.ScalarAsync<int>("update images.image set status = 'processing', mezzanine = null, mezzanine_width = null where id = @id", new { id = image.Id });

        blobs.PutFails = () => new IOException("The disk is not what it was.");
        await using (var scope = node.Services.CreateAsyncScope())
        {
            var last = new WorkContext(1, 8, 8, (_, _) => Task.CompletedTask);
            await Assert.ThrowsAsync<IOException>(() => scope.ServiceProvider.GetRequiredService<PrepareImage>().Handle(new PrepareImage.Job(image.Id), last, CancellationToken.None));
        }
        // The node lives on, and takes jobs of the tests that come after.
        blobs.PutFails = null;

        var shown = await shop.ShowAsync(image.Id);
        Assert.Equal("failed", shown.Status);
        Assert.Equal(HttpStatusCode.OK, (await node.Stranger().GetAsync($"{image.View}?w=90&fm=webp")).StatusCode);
    }
}
