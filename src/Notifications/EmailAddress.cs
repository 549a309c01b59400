using System.Text.RegularExpressions;

namespace Madang.Notifications;

/// <summary>What we take for an e-mail address.</summary>
public static partial class EmailAddress
{
    /// <summary>The most that an address may hold (RFC 5321, 4.5.3.1.3, less the brackets).</summary>
    public const int MaxLength = 254;

    /// <summary>
    /// True for an address as people have them: ASCII, a dot-atom before the @ (RFC 5322, 3.2.3), a host name with a dot after it. Quoted local parts and
    /// address literals are refused: nobody signs up with them, and they are what injections are made of.
    /// </summary>
    /// <param name="address">What was typed, without spaces around it.</param>
    public static bool IsValid(string? address) => address is { Length: > 0 and <= MaxLength } && Form().IsMatch(address);

    [GeneratedRegex(
        @"\A(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])\z",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}
