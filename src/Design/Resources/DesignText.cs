namespace Madang.Design;

/// <summary>
/// Names the resource files <c>DesignText.resx</c> and <c>DesignText.ko.resx</c>. Every module with pages has such a pair
/// beside such a class, and its pages say <c>@inject IStringLocalizer&lt;DesignText&gt; Text</c>.
/// </summary>
public sealed class DesignText;
