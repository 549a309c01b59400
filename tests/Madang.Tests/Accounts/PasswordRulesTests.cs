using Madang.Accounts.Domain;
using Xunit;

namespace Madang.Tests.Accounts;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("Maple-river.72")]
    [InlineData("파란하늘-9번길")]
    [InlineData("a1!kvduF")]
    [InlineData("tr0ub4dor&3xyzzy")]
    [InlineData("g7#Lw2!kd0")]
    public void What_only_its_owner_would_think_of_is_taken(string password) => Assert.Null(PasswordRules.Check(password));

    [Theory]
    [InlineData(null, "password.length")]
    [InlineData("", "password.length")]
    [InlineData("aB1!xyz", "password.length")]
    [InlineData("aB1!xyzaB1!xyzaB1!xyzaB1!x", "password.length")]
    [InlineData("with\nline.7", "password.length")]
    [InlineData("maplerivers", "password.kinds")]
    [InlineData("maple.river", "password.kinds")]
    [InlineData("82736482736!", "password.kinds")]
    [InlineData("mapleriver72", "password.kinds")]
    [InlineData("aaaa1111!!", "password.common")]
    [InlineData("Password1!", "password.common")]
    [InlineData("p@ssw0rd!", "password.common")]
    [InlineData("!!qwerty123", "password.common")]
    [InlineData("1q2w3e4r!", "password.common")]
    [InlineData("dkssud12!@", "password.common")]
    [InlineData("tkfkdgo486!", "password.common")]
    [InlineData("비밀번호12!@", "password.common")]
    [InlineData("a12345678!", "password.common")]
    [InlineData("i-love-you-4", "password.common")]
    [InlineData("Madang2026!", "password.common")]
    public void What_a_guesser_tries_first_is_refused(string? password, string code) => Assert.Equal(code, PasswordRules.Check(password)?.Code);

    [Fact]
    public void Half_a_letter_is_no_letter() => Assert.Equal("password.length", PasswordRules.Check("half\ud83dof.7one")?.Code);

    [Theory]
    [InlineData("xx-Minji88-y", "minji88")]
    [InlineData("9!둘리좋아요왜", "둘리")]
    [InlineData("kim.jisu#2020", "kim.jisu@example.com")]
    public void What_others_know_of_the_person_is_not_in_it(string password, string own) => Assert.Equal("password.own_name", PasswordRules.Check(password, own)?.Code);

    [Fact]
    public void A_korean_password_is_the_same_whole_and_in_parts() =>
        Assert.Equal(PasswordRules.Normal("파란하늘-9번길"), PasswordRules.Normal("파란하늘-9번길".Normalize(System.Text.NormalizationForm.FormD)));

    [Theory]
    [InlineData("010-1234-5678", "01012345678")]
    [InlineData("+82 10 1234 5678", "01012345678")]
    [InlineData("０１０１２３４５６７８", "01012345678")]
    [InlineData("(02) 123-4567", "021234567")]
    [InlineData("call me", null)]
    [InlineData("12345", null)]
    public void Phone_numbers_are_kept_as_digits(string typed, string? kept) =>
        Assert.Equal(kept, MemberFields.Phone(typed).Succeeded(out var phone, out _) ? phone : null);

    [Theory]
    [InlineData("한글닉네임")]
    [InlineData("민지")]
    [InlineData("minji99")]
    public void Nicknames_are_hangul_latin_or_digits(string nickname) => Assert.Null(MemberFields.Nickname(nickname).Failure);

    [Theory]
    [InlineData("민")]
    [InlineData("열한글자로된긴닉네임임")]
    [InlineData("with space")]
    [InlineData("ㅋㅋㅋ")]
    [InlineData("😀😀")]
    [InlineData("<b>hi</b>")]
    [InlineData("운영자")]
    [InlineData("ADMIN")]
    public void Other_nicknames_are_refused(string nickname) => Assert.NotNull(MemberFields.Nickname(nickname).Failure);

    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, 30)]
    [InlineData(6, 60)]
    [InlineData(9, 480)]
    [InlineData(12, 3600)]
    [InlineData(int.MaxValue, 3600)]
    public void The_wait_after_wrong_passwords_grows_to_an_hour(int failures, int seconds)
    {
        var last = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        Assert.Equal(last.AddSeconds(seconds), LockOut.Until(failures, last));
    }
}
