using Nulls.Inference;

namespace Nulls.Tests.Inference;

public class SipHashTests
{
    // The reference key 00 01 .. 0f and messages 00 01 .. of each length: https://github.com/veorq/SipHash, vectors.h, vectors_sip64.
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31UL)]
    [InlineData(1, 0x74f839c593dc67fdUL)]
    [InlineData(7, 0xab0200f58b01d137UL)]
    [InlineData(8, 0x93f5f5799a932462UL)]
    [InlineData(15, 0xa129ca6149be45e5UL)]
    [InlineData(63, 0x958a324ceb064572UL)]
    public void Equals_the_published_vectors(int length, ulong expected)
    {
        var message = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();

        Assert.Equal(expected, SipHash.Hash(0x0706050403020100, 0x0f0e0d0c0b0a0908, message));
    }
}
