using System.Security.Cryptography;
using System.Text;
using Madang.Images.Domain;
using Xunit;

namespace Madang.Tests.Images.Domain;

public class UrlSignerTests
{
    private const string Secret = "a secret of sixteen bytes or more";
    private const string Path = "/cdn/0198c0de-0000-7000-8000-000000000001";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private readonly UrlSigner _signer = new([Secret]);

    [Fact]
    public void The_documented_rule_in_a_few_lines_gives_the_same_signature()
    {
        const string query = "w=800&fm=auto&exp=1800000100";
        var pieces = query.Split('&');
        Array.Sort(pieces, StringComparer.Ordinal);
        var toSign = Path + "?" + string.Join('&', pieces);
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(toSign));
        var s = Convert.ToBase64String(mac).TrimEnd('=').Replace('+', '-').Replace('/', '_');

        Assert.Equal(s, _signer.Sign(Path, query));
        Assert.Equal(SignatureState.Valid, _signer.Check(Path, $"?{query}&s={s}", Now));
    }

    /// <summary>Computed once with Python's hmac: clients in any language can test against it.</summary>
    [Fact]
    public void A_known_signature() => Assert.Equal("fXMPry1-PIe4SK1Src1fmpCg6RJGu-VLFj2CkgaGS1E", _signer.Sign(Path, "?w=800&fm=auto&exp=1800000100"));

    [Fact]
    public void Order_does_not_matter_and_everything_else_does()
    {
        var s = _signer.Sign(Path, "w=800&h=600");
        Assert.Equal(SignatureState.Valid, _signer.Check(Path, $"?h=600&s={s}&w=800", Now));
        Assert.Equal(SignatureState.Invalid, _signer.Check(Path, $"?w=801&h=600&s={s}", Now));
        Assert.Equal(SignatureState.Invalid, _signer.Check(Path, $"?w=800&h=600&q=1&s={s}", Now));
        Assert.Equal(SignatureState.Invalid, _signer.Check(Path, $"?w=800&s={s}", Now));
        Assert.Equal(SignatureState.Invalid, _signer.Check(Path + "0", $"?w=800&h=600&s={s}", Now));
        Assert.Equal(SignatureState.Invalid, _signer.Check(Path, $"?w=800&h=600&s={s}&s={s}", Now));
        Assert.Equal(SignatureState.Invalid, new UrlSigner(["another secret of sixteen bytes"]).Check(Path, $"?w=800&h=600&s={s}", Now));
    }

    [Theory]
    [InlineData("", "Missing")]
    [InlineData("?w=800", "Missing")]
    [InlineData("?w=800&s=", "Invalid")]
    [InlineData("?w=800&s=short", "Invalid")]
    [InlineData("?w=800&s=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "Invalid")]
    public void Junk_is_no_signature(string query, string expected) => Assert.Equal(expected, _signer.Check(Path, query, Now).ToString());

    [Fact]
    public void An_end_ends_it_to_the_second_and_cannot_be_moved()
    {
        var s = _signer.Sign(Path, "exp=1800000000");
        Assert.Equal(SignatureState.Valid, _signer.Check(Path, $"?exp=1800000000&s={s}", Now.AddSeconds(-1)));
        Assert.Equal(SignatureState.Expired, _signer.Check(Path, $"?exp=1800000000&s={s}", Now));
        Assert.Equal(SignatureState.Invalid, _signer.Check(Path, $"?exp=1900000000&s={s}", Now));
        Assert.Equal(SignatureState.Invalid, _signer.Check(Path, $"?exp=never&s={_signer.Sign(Path, "exp=never")}", Now));
    }

    [Fact]
    public void A_secret_can_be_changed_without_breaking_pages()
    {
        var old = _signer.Sign(Path, "w=1");
        var both = new UrlSigner(["the new secret is long enough", Secret]);
        Assert.Equal(SignatureState.Valid, both.Check(Path, $"?w=1&s={old}", Now));
        Assert.NotEqual(old, both.Sign(Path, "w=1"));
    }

    [Fact]
    public void A_short_secret_is_refused() => Assert.Throws<ArgumentException>(() => new UrlSigner(["short"]));

    [Theory]
    [InlineData("Anything", "Missing", false, null)]
    [InlineData("Anything", "Invalid", false, "signature.invalid")]
    [InlineData("Anything", "Expired", false, "signature.expired")]
    [InlineData("Presets", "Missing", true, null)]
    [InlineData("Presets", "Missing", false, "signature.required")]
    [InlineData("Presets", "Valid", false, null)]
    [InlineData("Nothing", "Missing", true, "signature.required")]
    [InlineData("Nothing", "Valid", false, null)]
    [InlineData("Nothing", "Expired", false, "signature.expired")]
    public void Access_follows_the_signature(string unsigned, string signature, bool preset, string? code)
    {
        var refusal = UrlAccess.Refuse(Enum.Parse<UnsignedRequests>(unsigned), Enum.Parse<SignatureState>(signature), preset);
        Assert.Equal((code, code is null ? null : 403), (refusal?.Code, refusal?.Status));
    }

}
