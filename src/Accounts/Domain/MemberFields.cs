using System.Text;
using System.Text.RegularExpressions;
using Madang.Notifications;
using Madang.Platform.Web;

namespace Madang.Accounts.Domain;

/// <summary>What a member may be called and reached by. Each reads what was typed, gives it in the one form in which it is kept, or says what is wrong.</summary>
internal static partial class MemberFields
{
    /// <summary>Names that people would take for ours.</summary>
    private static readonly HashSet<string> Ours = new(StringComparer.OrdinalIgnoreCase)
    {
        "admin", "administrator", "operator", "root", "system", "madang", "support", "staff", "official", "help", "security", "webmaster", "postmaster",
        "운영자", "관리자", "운영진", "관리팀", "마당", "마당지기", "고객센터", "공식", "시스템", "보안팀",
    };

    /// <summary>4 to 20 small letters, digits, dots, hyphens and underscores, the first a letter or a digit.</summary>
    public static Result<string> LoginId(string? typed)
    {
        var text = Tidy(typed)?.ToLowerInvariant();
        if (text is null || !LoginIdForm().IsMatch(text))
            return new Failure("member.login_id", "A login id has 4 to 20 letters from a to z, digits, dots, hyphens or underscores, and begins with a letter or a digit.");
        return Ours.Contains(text) ? new Failure("member.login_id_reserved", "This login id is kept for those who run the place.") : text;
    }

    /// <summary>2 to 10 Hangul syllables, Latin letters or digits.</summary>
    public static Result<string> Nickname(string? typed)
    {
        var text = Tidy(typed);
        if (text is null || !NicknameForm().IsMatch(text))
            return new Failure("member.nickname", "A nickname has 2 to 10 letters, Korean or Latin, or digits.");
        return Ours.Contains(text) ? new Failure("member.nickname_reserved", "This nickname is kept for those who run the place.") : text;
    }

    /// <summary>An address that a mail can be sent to.</summary>
    public static Result<string> Email(string? typed)
    {
        var text = Tidy(typed);
        return EmailAddress.IsValid(text)
            ? text!
            : new Failure("member.email", "Give an e-mail address such as minji@example.com.");
    }

    /// <summary>A person's name, 1 to 50 letters.</summary>
    public static Result<string> Name(string? typed)
    {
        var text = Tidy(typed);
        return text is { Length: >= 1 and <= 50 } && !text.Any(letter => char.IsControl(letter) || letter is '<' or '>')
            ? text
            : new Failure("member.name", "Give your name, in up to 50 letters.");
    }

    /// <summary>Digits only; the Korean country code becomes the leading 0.</summary>
    public static Result<string> Phone(string? typed)
    {
        var refused = new Failure("member.phone", "Give a phone number such as 010-1234-5678.");
        if (typed is null || typed.Length > 40 || !TypedText.IsWhole(typed))
            return refused;
        var text = typed.Normalize(NormalizationForm.FormKC).Trim();
        var international = text.StartsWith('+');
        if (text[(international ? 1 : 0)..].Any(letter => !char.IsAsciiDigit(letter) && letter is not (' ' or '-' or '.' or '(' or ')')))
            return refused;
        var digits = string.Concat(text.Where(char.IsAsciiDigit));
        if (international && digits.StartsWith("82", StringComparison.Ordinal))
            digits = "0" + digits[2..].TrimStart('0');
        return digits.Length is >= 9 and <= 15 ? digits : refused;
    }

    /// <summary>A postcode and an address, or neither; the second line may always be empty.</summary>
    public static Result<(string? Postcode, string? Line1, string? Line2)> Address(string? postcode, string? line1, string? line2)
    {
        var refused = new Failure("member.address", "Give a postcode and an address, or leave both empty.");
        var (code, first, second) = (Tidy(postcode), Tidy(line1), Tidy(line2));
        if ((code, first, second) is (null or "", null or "", null or "") && (postcode, line1, line2) is (null or { Length: < 400 }, null or { Length: < 400 }, null or { Length: < 400 }))
            return (null, null, null);
        if (code is null || !PostcodeForm().IsMatch(code) || first is not { Length: >= 1 and <= 200 } || second is { Length: > 200 })
            return refused;
        return (first + second).Any(char.IsControl) ? refused : (code, first, second is "" ? null : second);
    }

    // Syllables come whole or in parts, by the system they are typed on; kept is the whole form.
    private static string? Tidy(string? typed) => typed is null || typed.Length > 500 || !TypedText.IsWhole(typed) ? null : typed.Trim().Normalize(NormalizationForm.FormC);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{3,19}\z", RegexOptions.None, 1000)]
    private static partial Regex LoginIdForm();

    [GeneratedRegex(@"\A[가-힣a-zA-Z0-9]{2,10}\z", RegexOptions.None, 1000)]
    private static partial Regex NicknameForm();

    [GeneratedRegex(@"\A[0-9A-Za-z -]{3,10}\z", RegexOptions.None, 1000)]
    private static partial Regex PostcodeForm();
}
