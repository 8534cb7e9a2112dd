using System.Buffers.Binary;
using System.Security.Cryptography;
using Nulls.Sources;
using Nulls.Tests.Support;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

public sealed class LedgerKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["ledger.key"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pseudonym_is_HMAC_SHA256_of_the_sources_id()
    {
        using var key = LedgerKey.FromBytes(TestLedger.SecretBytes);
        byte[] message = [.. "source"u8, .. new byte[8]];
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(6), 0x1234_5678_9abc_def0);
        using var hmac = new HMACSHA256(TestLedger.SecretBytes);
        Assert.Equal(Convert.ToHexStringLower(hmac.ComputeHash(message)), key.PseudonymOf(new SourceId(0x1234_5678_9abc_def0)).ToString());
    }

    [Fact]
    public void Another_key_gives_other_pseudonyms_and_another_id()
    {
        using var key = LedgerKey.FromBytes(TestLedger.SecretBytes);
        using var other = LedgerKey.FromBytes([.. TestLedger.SecretBytes.Reverse()]);
        Assert.NotEqual(key.PseudonymOf(new SourceId(1)), other.PseudonymOf(new SourceId(1)));
        Assert.NotEqual(key.Id, other.Id);
    }

    [Fact]
    public void A_key_made_in_a_file_is_the_one_that_is_loaded()
    {
        using var made = LedgerKey.Create(File);
        using var loaded = LedgerKey.Load(File);
        Assert.Equal(made.PseudonymOf(new SourceId(5)), loaded.PseudonymOf(new SourceId(5)));
    }

    [Fact]
    public void Keys_are_random()
    {
        using var one = LedgerKey.Create(_folder["one"]);
        using var two = LedgerKey.Create(_folder["two"]);
        Assert.NotEqual(one.Id, two.Id);
    }

    [FactOnLinux]
    public void Only_its_owner_may_read_a_keys_file()
    {
        LedgerKey.Create(File).Dispose();
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void A_key_is_never_replaced()
    {
        using var key = LedgerKey.Create(File);
        Assert.Contains("never replaced", Assert.Throws<IOException>(() => LedgerKey.Create(File)).Message);
        using var loaded = LedgerKey.Load(File);
        Assert.Equal(key.Id, loaded.Id);
    }

    [Fact]
    public void A_lost_key_is_an_error_that_says_what_no_longer_works()
    {
        var error = Assert.Throws<FileNotFoundException>(() => LedgerKey.Load(File));
        Assert.Contains(File, error.Message);
        Assert.Contains("restore the file", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000")]
    public void A_file_that_holds_no_key_is_refused(string text)
    {
        System.IO.File.WriteAllText(File, text);
        Assert.Contains(File, Assert.Throws<InvalidDataException>(() => LedgerKey.Load(File)).Message);
    }

    [Fact]
    public void A_short_key_is_refused() =>
        Assert.Contains("got 31", Assert.Throws<ArgumentException>(() => LedgerKey.FromBytes(new byte[31])).Message);

    [Fact]
    public void A_destroyed_key_is_gone()
    {
        LedgerKey.Create(File).Dispose();
        LedgerKey.Destroy(File);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void What_is_no_key_is_not_destroyed()
    {
        System.IO.File.WriteAllText(File, "a letter");
        Assert.Throws<InvalidDataException>(() => LedgerKey.Destroy(File));
        Assert.Equal("a letter", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_disposed_key_gives_no_pseudonym()
    {
        var key = LedgerKey.FromBytes(TestLedger.SecretBytes);
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.PseudonymOf(new SourceId(1)));
    }
}
