using FsCheck;
using FsCheck.Fluent;
using Madang.Images.Caching;
using Madang.Images.Domain;
using Xunit;

namespace Madang.Tests.Images.Caching;

public class EntryNameTests
{
    [Fact]
    public void Reads_back_what_it_wrote() => Property.Holds(
        from version in Gen.Choose(0, int.MaxValue)
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from length in Gen.Choose(0, int.MaxValue)
        from seconds in Gen.Choose(0, 1_000_000_000)
        from format in Gen.Elements(Enum.GetValues<OutputFormat>())
        select new EntryName(
            new(new Guid(version, 1, 2, new byte[8]), version * 1000L, new((ulong)high, (ulong)length)),
            new((ulong)length, (ulong)high),
            length * 3L,
            TimeSpan.FromSeconds(seconds),
            format),
        name => EntryName.Parse(name.ToString()) == name && name.ToString().Length < 200);

    [Theory]
    [InlineData("")]
    [InlineData("README")]
    [InlineData("a-b-c-d-e-f.webp")]
    [InlineData("00000001000000000000000000000000-1-0-0-a.webp")]
    [InlineData("00000001000000000000000000000000-1-0-0-a-3c.exe")]
    [InlineData("00000001000000000000000000000000-1-0-0-a-ffffffffffff.webp")]
    [InlineData("00000001000000000000000000000000-ffffffffffffffff-0-0-a-3c.webp")]
    public void A_strangers_name_is_none_of_ours(string name) => Assert.Null(EntryName.Parse(name));
}
