using Nulls.Storage;
using Nulls.Tests.Support;
using static TorchSharp.torch;

namespace Nulls.Tests.Storage;

public class SafetensorsTests
{
    private static readonly ScalarType[] s_types =
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32, ScalarType.Int16,
        ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    [Fact]
    public void Tensors_of_every_type_shape_and_layout_come_back_with_the_same_bytes()
    {
        using var scope = NewDisposeScope();
        var random = new Random(17);
        for (var round = 0; round < 60; round++)
        {
            var tensors = Enumerable.Range(0, random.Next(12)).Select(i => ($"layer.{i}.ü\"\\", RandomTensor(random))).ToArray();
            var read = Read(Write(tensors));
            Assert.Equal(tensors.Select(Describe).Order(), read.Select(pair => Describe((pair.Key, pair.Value))).Order());
        }
    }

    [Fact]
    public void A_tensor_larger_than_a_piece_comes_back_with_the_same_bytes()
    {
        using var scope = NewDisposeScope();
        var tensor = arange(3 * SafetensorsWriter.PieceBytes / 2, ScalarType.Int16);
        Assert.True(tensor.eq(Read(Write(("a", tensor)))["a"]).all().item<bool>());
    }

    [Fact]
    public void A_stream_that_gives_a_few_bytes_at_a_time_is_read()
    {
        using var scope = NewDisposeScope();
        using var stream = new OneWayStream(Write(("a", arange(100, ScalarType.Int64))), bytesAtATime: 3);
        Assert.True(arange(100, ScalarType.Int64).eq(SafetensorsReader.ReadAll(stream, "file")["a"]).all().item<bool>());
    }

    [Fact]
    public void Texts_about_the_file_come_back()
    {
        var bytes = Write([], new Dictionary<string, string> { ["format"] = "pt", ["Ünï \"code\""] = "" });
        using var stream = new OneWayStream(bytes);
        Assert.Equal([("format", "pt"), ("Ünï \"code\"", "")], new SafetensorsReader(stream, "file").Metadata.Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public void The_data_begin_at_a_multiple_of_8_bytes_and_every_tensor_at_one_of_its_element()
    {
        using var scope = NewDisposeScope();
        var random = new Random(4);
        for (var round = 0; round < 60; round++)
        {
            var bytes = Write([.. Enumerable.Range(0, 9).Select(i => (new string('n', i + 1), RandomTensor(random)))]);
            using var stream = new MemoryStream(bytes);
            var reader = new SafetensorsReader(stream, "file");
            Assert.Equal(0, stream.Position % 8);
            Assert.All(reader.Entries, entry => Assert.Equal(0, entry.Begin % SafetensorsEntry.ElementBytes(entry.Type)));
        }
    }

    [Fact]
    public void Tensors_of_one_type_keep_the_order_given()
    {
        using var scope = NewDisposeScope();
        using var stream = new OneWayStream(Write(("b", zeros(2)), ("a", zeros(3)), ("c", zeros(1))));
        Assert.Equal(["b", "a", "c"], new SafetensorsReader(stream, "file").Entries.Select(entry => entry.Name));
    }

    [Fact]
    public void A_tensor_is_read_into_memory_that_is_there()
    {
        using var scope = NewDisposeScope();
        var destination = ReadInto(Write(("a", arange(6, ScalarType.Float32).view(2, 3))), zeros(2, 3));
        TensorAssert.Equal([0, 1, 2, 3, 4, 5], destination, Tolerances.Exact);
    }

    [Fact]
    public void A_tensor_is_read_into_a_view_of_another_layout()
    {
        using var scope = NewDisposeScope();
        var memory = zeros(3, 2);
        ReadInto(Write(("a", arange(6, ScalarType.Float32).view(2, 3))), memory.t());
        TensorAssert.Equal([0, 3, 1, 4, 2, 5], memory, Tolerances.Exact);
    }

    [Fact]
    public void A_tensor_is_read_into_the_middle_of_another()
    {
        using var scope = NewDisposeScope();
        var memory = zeros(5);
        ReadInto(Write(("a", ones(2))), memory.narrow(0, 2, 2));
        TensorAssert.Equal([0, 0, 1, 1, 0], memory, Tolerances.Exact);
    }

    [Fact]
    public void A_tensor_is_read_into_a_parameter()
    {
        using var scope = NewDisposeScope();
        var parameter = new TorchSharp.Modules.Parameter(zeros(4));
        ReadInto(Write(("a", ones(4))), parameter);
        TensorAssert.Equal([1, 1, 1, 1], parameter, Tolerances.Exact);
    }

    [Fact]
    public void Floating_point_numbers_are_rounded_to_the_type_of_the_destination()
    {
        using var scope = NewDisposeScope();
        var destination = ReadInto(Write(("a", tensor(new[] { 1f, 1.001f }))), zeros(2, ScalarType.BFloat16));
        TensorAssert.Equal([1, 1], destination, Tolerances.Exact);
    }

    [Fact]
    public void Integers_are_not_read_as_floating_point_numbers()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<InvalidDataException>(() => ReadInto(Write(("a", zeros(2, ScalarType.Int64))), zeros(2)));
        Assert.Contains("'a' in 'file' has type I64, but F32", error.Message);
    }

    [Fact]
    public void Another_shape_is_refused_with_both()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<InvalidDataException>(() => ReadInto(Write(("a", zeros(2, 3))), zeros(3, 2)));
        Assert.Contains("'a' in 'file' has shape (2, 3), but (3, 2)", error.Message);
    }

    [Fact]
    public void A_reader_is_not_complete_before_the_last_tensor()
    {
        using var scope = NewDisposeScope();
        using var stream = new OneWayStream(Write(("a", ones(3))));
        Assert.Contains("'a'", Assert.Throws<InvalidOperationException>(new SafetensorsReader(stream, "file").Complete).Message);
    }

    [Fact]
    public void Two_tensors_of_one_name_are_not_written()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("got 'a' again", Assert.Throws<ArgumentException>(() => Write(("a", ones(3)), ("a", ones(3)))).Message);
    }

    [Fact]
    public void The_reserved_name_is_not_written()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => Write(("__metadata__", ones(3))));
    }

    [Fact]
    public void A_type_without_a_name_is_not_written()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("'a' has type ComplexFloat32", Assert.Throws<ArgumentException>(() => Write(("a", zeros(3, ScalarType.ComplexFloat32)))).Message);
    }

    [Fact]
    public void Writing_and_reading_leave_no_tensors_behind()
    {
        using var scope = NewDisposeScope();
        (string, Tensor)[] tensors = [("a", ones(5, 4).t()), ("b", ones(3, ScalarType.Bool))];
        var destination = zeros(4, 5, ScalarType.BFloat16);
        LiveTensors.AssertUnchangedBy(() =>
        {
            var bytes = Write(tensors);
            foreach (var tensor in Read(bytes).Values)
                tensor.Dispose();
            ReadInto(bytes, destination);
            Assert.Throws<InvalidDataException>(() => Read(bytes[..^1]));
        });
    }

    [FactNeedingData("checkpoints/stories260K/hf/model.safetensors")]
    public void Writing_what_was_read_of_a_published_model_gives_the_same_file()
    {
        using var scope = NewDisposeScope();
        var bytes = File.ReadAllBytes(Path.Combine(RepositoryFolder.Data, "checkpoints", "stories260K", "hf", "model.safetensors"));
        using var stream = new OneWayStream(bytes);
        var reader = new SafetensorsReader(stream, "model.safetensors");
        var tensors = reader.Entries.Select(entry => (entry.Name, reader.Read())).ToArray();
        reader.Complete();
        Assert.Equal(bytes, Write(tensors, reader.Metadata));
    }

    [FactNeedingGolden("model.safetensors", "gradients.safetensors", "after_adamw.safetensors")]
    public void Golden_tensors_keep_their_bytes_when_read_and_written_again()
    {
        using var scope = NewDisposeScope();
        foreach (var name in (string[])["model", "gradients", "after_adamw"])
        {
            var bytes = File.ReadAllBytes(Path.Combine(RepositoryFolder.Golden, $"{name}.safetensors"));
            using var stream = new OneWayStream(bytes);
            var reader = new SafetensorsReader(stream, name);
            var again = Write([.. reader.Entries.Select(entry => (entry.Name, reader.Read()))]);
            Assert.Equal(DataOf(bytes), DataOf(again));
        }
    }

    private static byte[] DataOf(byte[] file) => file[(8 + (int)BitConverter.ToInt64(file))..];

    private static Tensor RandomTensor(Random random)
    {
        var type = s_types[random.Next(s_types.Length)];
        long[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(5))];
        using var generator = new Generator((ulong)random.Next());
        var values = rand(shape, ScalarType.Float32, CPU, generator: generator).mul(200).sub(100).to(type);
        return random.Next(4) switch
        {
            0 when shape.Length > 1 => values.transpose(0, shape.Length - 1),
            1 when shape.Length > 0 && shape[0] > 1 => values.narrow(0, 1, shape[0] - 1),
            2 => values.unsqueeze(0).expand([3, .. shape]),
            _ => values,
        };
    }

    private static string Describe((string Name, Tensor Tensor) named)
    {
        var (name, tensor) = named;
        var bytes = tensor.numel() == 0 ? [] : tensor.contiguous().view(-1).bytes.ToArray();
        return $"{name} {tensor.dtype} [{string.Join(',', tensor.shape)}] {Convert.ToHexString(bytes)}";
    }

    internal static byte[] Write(params (string, Tensor)[] tensors) => Write(tensors, metadata: null);

    private static byte[] Write((string, Tensor)[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var stream = new OneWayStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.Written;
    }

    private static Dictionary<string, Tensor> Read(byte[] bytes)
    {
        using var stream = new OneWayStream(bytes);
        return SafetensorsReader.ReadAll(stream, "file");
    }

    private static Tensor ReadInto(byte[] bytes, Tensor destination)
    {
        using var stream = new OneWayStream(bytes);
        new SafetensorsReader(stream, "file").ReadInto(destination);
        return destination;
    }
}
