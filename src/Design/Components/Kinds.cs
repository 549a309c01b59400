namespace Madang.Design.Components;

/// <summary>How much a button asks for attention.</summary>
public enum ButtonKind
{
    /// <summary>An ordinary action.</summary>
    Secondary,

    /// <summary>What this view is for.</summary>
    Primary,

    /// <summary>Beside something more important: no frame.</summary>
    Quiet,

    /// <summary>Opens the <see cref="ConfirmDialog"/> before something is destroyed.</summary>
    Remove,

    /// <summary>Destroys something. Always behind a <see cref="ConfirmDialog"/>.</summary>
    Danger,
}

/// <summary>What a badge tells apart from its words.</summary>
public enum BadgeKind
{
    /// <summary>A plain fact.</summary>
    Neutral,

    /// <summary>In order, done.</summary>
    Good,

    /// <summary>Going on.</summary>
    Busy,

    /// <summary>Live, urgent or wrong: vermilion, so sparingly.</summary>
    Urgent,
}
