using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;

namespace Madang.Images.Features;

/// <summary>Describes the query of <c>/cdn/{id}</c> in OpenAPI. It is read by the transform's own parser, which knows what is out of range.</summary>
public sealed record DeliveryQuery
{
    /// <summary>Width in pixels.</summary>
    [FromQuery(Name = "w"), Description("Width in pixels.")]
    public string? Width { get; init; }

    /// <summary>Height in pixels.</summary>
    [FromQuery(Name = "h"), Description("Height in pixels.")]
    public string? Height { get; init; }

    /// <summary>Multiplies both sides: 0.5 to 5.</summary>
    [FromQuery(Name = "dpr"), Description("Multiplies both sides: 0.5 to 5.")]
    public string? Dpr { get; init; }

    /// <summary>How the picture meets the box: clip, crop, fill or max.</summary>
    [FromQuery(Name = "fit"), Description("How the picture meets the box of `w` and `h`: `clip` (default), `crop`, `fill` or `max`.")]
    public string? Fit { get; init; }

    /// <summary>What fit=crop keeps: top, left, and so on.</summary>
    [FromQuery(Name = "crop"), Description("What `fit=crop` keeps: `top`, `left`, `top,left` ...; the middle by default.")]
    public string? Crop { get; init; }

    /// <summary>The format: auto, avif, webp, jpg, png or gif.</summary>
    [FromQuery(Name = "fm"), Description("`auto` (default: by Accept), `avif`, `webp`, `jpg`, `png` or `gif`.")]
    public string? Format { get; init; }

    /// <summary>The quality: 1 to 100.</summary>
    [FromQuery(Name = "q"), Description("Quality, 1 to 100.")]
    public string? Quality { get; init; }

    /// <summary>A colour to lay behind.</summary>
    [FromQuery(Name = "bg"), Description("A colour to lay behind: `fff`, `ff8800` or `transparent`.")]
    public string? Background { get; init; }

    /// <summary>1: may be larger than the original.</summary>
    [FromQuery(Name = "enlarge"), Description("`1`: may be larger than the original.")]
    public string? Enlarge { get; init; }

    /// <summary>A transform that the settings name.</summary>
    [FromQuery(Name = "preset"), Description("A transform that the settings name.")]
    public string? Preset { get; init; }
}
