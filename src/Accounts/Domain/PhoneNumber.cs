namespace Madang.Accounts.Domain;

/// <summary>A phone number as people write it.</summary>
internal static class PhoneNumber
{
    /// <summary>Mobile numbers in their usual groups, others as they are kept.</summary>
    /// <param name="digits">As they are kept.</param>
    public static string? Shown(string? digits) => digits is { Length: 11 } && digits.StartsWith("01", StringComparison.Ordinal)
        ? $"{digits[..3]}-{digits[3..7]}-{digits[7..]}"
        : digits;
}
