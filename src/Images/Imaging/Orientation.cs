using Madang.Images.Domain;

namespace Madang.Images.Imaging;

/// <summary>
/// The EXIF orientation of a stored picture, 1 to 8: how it must be mirrored and turned to stand upright
/// (Exif 2.32, tag 0x0112). Anything else a file may claim counts as upright.
/// </summary>
internal readonly record struct Orientation
{
    private readonly int value;

    public Orientation(int value) => this.value = value is >= 1 and <= 8 ? value : 1;

    public static readonly Orientation Upright = new(1);

    /// <summary>1 to 8.</summary>
    public int Value => value == 0 ? 1 : value;

    /// <summary>The stored picture lies on its side: width and height change places.</summary>
    public bool SwapsAxes => Value >= 5;

    /// <summary>Rows are needed in another order than they are stored.</summary>
    public bool ReordersRows => Value >= 3;

    /// <summary>The size the stored picture has when upright, and the other way round.</summary>
    public PixelSize Turn(PixelSize size) => SwapsAxes ? size.Turned : size;

    /// <summary>Where a rectangle of the upright picture lies in the stored one.</summary>
    public PixelRect ToStored(PixelRect upright, PixelSize stored)
    {
        var (x, y, w, h) = upright;
        var size = stored;
        return Value switch
        {
            1 => upright,
            2 => new(size.Width - x - w, y, w, h),
            3 => new(size.Width - x - w, size.Height - y - h, w, h),
            4 => new(x, size.Height - y - h, w, h),
            5 => new(y, x, h, w),
            6 => new(y, size.Height - x - w, h, w),
            7 => new(size.Width - y - h, size.Height - x - w, h, w),
            _ => new(size.Width - y - h, x, h, w),
        };
    }
}
