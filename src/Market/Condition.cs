namespace Madang.Market;

/// <summary>In what state goods are.</summary>
public enum Condition
{
    /// <summary>Never used.</summary>
    New,

    /// <summary>Used, and nobody would see it.</summary>
    LikeNew,

    /// <summary>Small traces of use.</summary>
    Good,

    /// <summary>Clear traces of use; works.</summary>
    Fair,

    /// <summary>Broken, or for its parts.</summary>
    ForParts,
}
