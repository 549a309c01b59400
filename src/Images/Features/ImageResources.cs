using Madang.Images.Delivery;
using Madang.Images.Domain;
using Madang.Images.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Madang.Images.Features;

/// <summary>Shows rows as the API does: with absolute addresses, signed where signatures are needed.</summary>
internal sealed class ImageResources(IOptions<ImagesOptions> options, DeliveryRules rules)
{
    public ImageResource Of(ImageRow row, HttpRequest request) => new(
        row.Id,
        row.Name,
        row.Type,
        row.Width,
        row.Height,
        row.Frames,
        row.Bytes,
        $"sha256:{Convert.ToHexStringLower(row.Digest)}",
        row.Status,
        row.FailureCode is null ? null : new ImageFailure(row.FailureCode, row.FailureDetail ?? ""),
        row.CacheSeconds,
        row.Sizes,
        row.ThumbHash is null ? null : Convert.ToBase64String(row.ThumbHash),
        row.DominantColor,
        row.CreatedAt,
        row.UpdatedAt,
        Urls(row, request));

    private ImageUrls Urls(ImageRow row, HttpRequest request)
    {
        var address = PublicAddress(request);
        var path = $"/cdn/{row.Id}";
        var sizes = row.Sizes.ToDictionary(
            size => size.ToString(System.Globalization.CultureInfo.InvariantCulture), size => address + rules.SignedWhereNeeded(path, $"h={size}&w={size}"));
        var widths = row.Sizes
            .Select(size => (Width: Geometry.Shrink(row.Shape.Size, size, size).Width, Url: address + rules.SignedWhereNeeded(path, $"h={size}&w={size}")))
            .DistinctBy(one => one.Width);
        return new(
            address + rules.SignedWhereNeeded(path, ""),
            address + rules.SignedWhereNeeded($"{path}/download", ""),
            $"{address}/iiif/3/{row.Id}",
            sizes,
            sizes.Count == 0 ? null : string.Join(", ", widths.Select(one => $"{one.Url} {one.Width}w")));
    }

    /// <summary>Scheme and host as browsers know this server, without a slash at the end.</summary>
    public string PublicAddress(HttpRequest request) =>
        string.IsNullOrEmpty(options.Value.PublicAddress) ? $"{request.Scheme}://{request.Host}" : options.Value.PublicAddress.TrimEnd('/');
}
