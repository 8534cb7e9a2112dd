using Nulls.Sources;

namespace Nulls.Tests.Sources;

public class SourceIdTests
{
    // RFC 4231, test cases 1 and 6 (their first 8 bytes).
    [Fact]
    public void An_id_is_the_beginning_of_the_standard_HMAC_SHA256() =>
        Assert.Equal(0x5338dbd8614c34b0u, SourceId.Of("Hi There", Enumerable.Repeat((byte)0x0b, 20).ToArray()).Value);

    [Fact]
    public void An_id_is_the_beginning_of_the_standard_HMAC_SHA256_of_a_longer_text() => Assert.Equal(
        0x7fb6e01e5931e460u,
        SourceId.Of("Test Using Larger Than Block-Size Key - Hash Key First", Enumerable.Repeat((byte)0xaa, 131).ToArray()).Value);

    [Fact]
    public void An_id_reads_as_16_hexadecimal_digits() => Assert.Equal("000000000000beef", new SourceId(0xbeef).ToString());

    [Fact]
    public void A_key_longer_than_the_buffer_on_the_stack_has_an_id_of_its_own() =>
        Assert.NotEqual(SourceId.Of(new string('a', 5_000), new byte[16]), SourceId.Of(new string('a', 5_001), new byte[16]));
}
