using Madang.Images.Imaging;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Images.Features;

/// <summary>The refusals that several features of this module share.</summary>
internal static class Refusals
{
    /// <summary>The failure of an image whose job was given up, though its picture may be sound: it is delivered all the same.</summary>
    public const string NotPrepared = "image.not_prepared";

    public static Failure UnknownImage => new("image.unknown", "There is no such image.", StatusCodes.Status404NotFound);

    /// <summary>What imaging refused, as an answer: 415 for what is no picture, 413 for what is too large, else 422.</summary>
    public static Failure Of(ImagingException error) => new(error.Code, error.Message, error.Code switch
    {
        ImagingException.TypeUnknown or ImagingException.SvgRefused => StatusCodes.Status415UnsupportedMediaType,
        "image.too_large" => StatusCodes.Status413PayloadTooLarge,
        _ => StatusCodes.Status422UnprocessableEntity,
    });
}
