namespace Madang.Images;

/// <summary>Names the resource files <c>ImagesText.resx</c> and <c>ImagesText.ko.resx</c>.</summary>
internal sealed class ImagesText;
