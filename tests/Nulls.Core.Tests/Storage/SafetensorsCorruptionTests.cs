using System.Buffers.Binary;
using System.Text;
using Nulls.Storage;
using Nulls.Tests.Support;
using static TorchSharp.torch;

namespace Nulls.Tests.Storage;

public class SafetensorsCorruptionTests
{
    private static readonly byte[] s_file = MakeFile();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_ends_early_is_refused_wherever_it_ends(bool canSeek)
    {
        for (var length = 0; length < s_file.Length; length++)
            Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => Read(s_file[..length], canSeek)).Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_ends_within_a_tensor_names_tensor_and_file(bool canSeek) => Assert.Contains(
        "'broken.safetensors' is truncated: it ends within tensor 'second'",
        Assert.Throws<InvalidDataException>(() => Read(s_file[..^1], canSeek)).Message);

    [Fact]
    public void A_file_that_goes_on_is_refused() =>
        Assert.Contains("goes on", Assert.Throws<InvalidDataException>(() => Read([.. s_file, 0])).Message);

    [Fact]
    public void A_changed_byte_is_refused_or_read_but_never_another_error()
    {
        var random = new Random(9);
        for (var position = 0; position < s_file.Length; position++)
        {
            for (var trial = 0; trial < 8; trial++)
            {
                var bytes = s_file.ToArray();
                bytes[position] ^= (byte)(1 << trial);
                ReadOrRefuse(bytes);
                bytes[position] = (byte)random.Next(256);
                ReadOrRefuse(bytes);
            }
        }
    }

    [Fact]
    public void Bytes_changed_at_several_places_are_refused_or_read_but_never_another_error()
    {
        var random = new Random(10);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = s_file.ToArray();
            for (var change = random.Next(2, 6); change > 0; change--)
                bytes[random.Next(8, bytes.Length)] = (byte)"{}[]\":,0123456789\\uFI \0\u00ff"[random.Next(24)];
            ReadOrRefuse(bytes);
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}""", "the bytes before it end at 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "the bytes before it end at 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "the bytes before it end at 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "uplicate")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\u0061":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "uplicate")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "its shape (3) of F32 takes 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "the offsets 8 to 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}""", "more bytes than can be counted")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387905,0],"data_offsets":[0,0]}}""", "more bytes than can be counted")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}""", "tensor 'a' must have")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "tensor 'a' must have")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "tensor 'a' must have")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "tensor 'a' must have")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}}""", "tensor 'a' must have")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "tensor 'a' must have")]
    [InlineData("""{"a":{"dtype":5,"shape":[2],"data_offsets":[0,8]}}""", "tensor 'a' must have")]
    [InlineData("""{"a":7}""", "tensor 'a' must have")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", "has type F8_E4M3")]
    [InlineData("""{"__metadata__":{"a":1}}""", "'__metadata__'")]
    [InlineData("""{"__metadata__":[]}""", "'__metadata__'")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "no valid JSON")]
    [InlineData("""{"a":{"dtype":"\ud800","shape":[2],"data_offsets":[0,8]}}""", "no valid JSON")]
    [InlineData("""[1]""", "no JSON object")]
    [InlineData(""" {}""", "no JSON object")]
    [InlineData("""{} {}""", "no valid JSON")]
    public void A_header_that_breaks_a_rule_is_refused_with_the_rule(string header, string rule) =>
        Assert.Contains(rule, Assert.Throws<InvalidDataException>(() => Read(FileOf(header))).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(100_000_001)]
    [InlineData(-1)]
    public void A_header_of_an_impossible_length_is_refused(long length)
    {
        var bytes = s_file.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        Assert.Contains("must have 1 to 100,000,000", Assert.Throws<InvalidDataException>(() => Read(bytes)).Message);
    }

    [Fact]
    public void A_header_that_is_not_UTF_8_is_refused()
    {
        var bytes = FileOf("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""");
        bytes[8 + 2] = 0xff;
        Assert.Contains("UTF-8", Assert.Throws<InvalidDataException>(() => Read(bytes)).Message);
    }

    [Fact]
    public void Truth_values_that_are_neither_0_nor_1_are_refused()
    {
        byte[] bytes = [.. FileOf("""{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""")[..^16], 1, 2];
        Assert.Contains("neither 0 nor 1", Assert.Throws<InvalidDataException>(() => Read(bytes)).Message);
    }

    [Fact]
    public void Tensors_that_a_seekable_file_does_not_hold_are_noticed_before_memory_is_taken() => Assert.Contains(
        "of whose 4,611,686,018,427,387,904 bytes 16 are there",
        Assert.Throws<InvalidDataException>(() => Read(
            FileOf("""{"a":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[0,4611686018427387904]}}"""), canSeek: true)).Message);

    private static byte[] MakeFile()
    {
        using var scope = NewDisposeScope();
        using var stream = new OneWayStream();
        SafetensorsWriter.Write(
            stream,
            [("first", arange(3, ScalarType.Float32)), ("second", zeros(2, 2, ScalarType.Bool))],
            new Dictionary<string, string> { ["format"] = "pt" });
        return stream.Written;
    }

    // Followed by 16 bytes of data.
    private static byte[] FileOf(string header)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[16]];
    }

    private static void ReadOrRefuse(byte[] bytes)
    {
        if (Record.Exception(() => Read(bytes)) is { } error)
            Assert.IsType<InvalidDataException>(error);
    }

    private static void Read(byte[] bytes, bool canSeek = false)
    {
        using Stream stream = canSeek ? new MemoryStream(bytes) : new OneWayStream(bytes);
        foreach (var tensor in SafetensorsReader.ReadAll(stream, "broken.safetensors").Values)
            tensor.Dispose();
    }
}
