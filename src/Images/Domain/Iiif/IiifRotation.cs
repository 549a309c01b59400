using Madang.Platform.Web;

namespace Madang.Images.Domain.Iiif;

/// <summary>
/// The third parameter: degrees clockwise, after a mirroring (<c>!</c>) if asked (section 4.3). Quarter turns only: <c>rotationArbitrary</c> is optional even at level 2.
/// </summary>
internal readonly record struct IiifRotation(bool Mirror, int Degrees)
{
    public static Result<IiifRotation> Parse(string text)
    {
        var mirror = text.StartsWith('!');
        return IiifNumbers.Decimal(mirror ? text.AsSpan(1) : text) switch
        {
            null or > 360 => IiifFailure.Of("invalid_rotation", $"The rotation '{text}' is not a number from 0 to 360, or '!' and such a number."),
            { } degrees when degrees % 90 == 0 => new IiifRotation(mirror, (int)degrees % 360),
            _ => IiifFailure.Of("unsupported_rotation", "The rotation must be 0, 90, 180 or 270."),
        };
    }
}
