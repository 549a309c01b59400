namespace Madang.Images.Imaging;

/// <summary>A picture that cannot be taken or made, with the stable code of the refusal.</summary>
internal sealed class ImagingException(string code, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public const string Empty = "image.empty";
    public const string TypeUnknown = "image.type_unknown";
    public const string SvgRefused = "image.svg_refused";
    public const string Corrupt = "image.corrupt";
    public const string Truncated = "image.truncated";
    public const string OutputTooLarge = "image.output_too_large";
    public const string RegionOutside = "image.region_outside";

    public string Code { get; } = code;
}
