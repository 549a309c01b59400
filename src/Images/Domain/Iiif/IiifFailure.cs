using Madang.Platform.Web;

namespace Madang.Images.Domain.Iiif;

/// <summary>
/// Every refusal of an image request is 400: the specification asks for it (SHOULD) with regions outside the image, zero sizes, sizes above the limits or
/// above the region without <c>^</c>, and with rotations, qualities and formats that are not supported. Only the identifier gives 404.
/// </summary>
internal static class IiifFailure
{
    public const int Status = 400;

    public static Failure Of(string code, string detail) => new($"iiif.{code}", detail, Status);
}
