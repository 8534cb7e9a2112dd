using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;

namespace Nulls.MLNet.Tests.Persistence;

public class DamagedFileTests
{
    // Places in the header of Model.key: https://github.com/dotnet/machinelearning, ModelHeader.cs.
    private const int SignatureOffset = 0x40;
    private const int WrittenOffset = 0x48;
    private const int ReadableOffset = 0x4C;

    [Fact]
    public void A_file_of_a_newer_version_asks_for_an_update()
    {
        var exception = LoadAfter("Model.key", bytes =>
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(WrittenOffset), 9);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ReadableOffset), 8);
            return bytes;
        });

        Assert.Contains("saved by a newer Nulls.MLNet: reading it takes format 8, and this version reads up to 1. Update Nulls.MLNet.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_file_that_this_version_can_read_loads()
    {
        using var model = TinyModel.In(new MLContext());
        using var file = Rewrite(model, "Model.key", bytes =>
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(WrittenOffset), 9);
            return bytes;
        });

        using var loaded = (NullsTransformer)new MLContext().Model.Load(file, out _);

        Assert.Equal(TinyModel.Scores(model, TinyModel.Corpus), TinyModel.Scores(loaded, TinyModel.Corpus));
    }

    [Fact]
    public void A_file_of_a_version_too_old_says_so()
    {
        var exception = LoadAfter("Model.key", bytes =>
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(WrittenOffset), 0);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ReadableOffset), 0);
            return bytes;
        });

        Assert.Contains("saved by an older Nulls.MLNet in format 0", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Something_elses_entry_is_refused()
    {
        var exception = LoadAfter("Model.key", bytes =>
        {
            bytes[SignatureOffset] ^= 1;
            return bytes;
        });

        Assert.Contains("holds something else", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pipeline.json")]
    [InlineData("nulls.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    [InlineData("sources.bin")]
    public void A_missing_part_is_named(string part)
    {
        var exception = LoadAfter(part, _ => null);

        Assert.IsType<InvalidDataException>(exception);
        Assert.Contains($"no part '{part}'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pipeline.json")]
    [InlineData("nulls.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    [InlineData("sources.bin")]
    public void A_part_cut_short_is_invalid_data(string part)
    {
        var exception = LoadAfter(part, bytes => bytes[..(bytes.Length / 2)]);

        Assert.IsType<InvalidDataException>(exception);
    }

    [Fact]
    public void One_changed_bit_of_the_weights_is_noticed()
    {
        var exception = LoadAfter("model.safetensors", bytes =>
        {
            bytes[^5] ^= 1;
            return bytes;
        });

        Assert.IsType<InvalidDataException>(exception);
        Assert.Contains("'model.safetensors'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_make_no_sense_are_invalid_data()
    {
        var exception = LoadAfter("pipeline.json", bytes =>
            System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(bytes).Replace($"\"batchSize\": {new NullsOptions().BatchSize}", "\"batchSize\": 0", StringComparison.Ordinal)));

        Assert.IsType<InvalidDataException>(exception);
        Assert.Contains("pipeline.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using var model = TinyModel.In(new MLContext());
        using var whole = ModelFileTests.Save(model);
        using var half = new MemoryStream(whole.ToArray()[..(int)(whole.Length / 2)]);

        var exception = Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(half, out _));

        // ML.NET's own words: nothing of ours is read yet.
        Assert.Contains("Failed to open a zip archive", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_load_leaves_no_tensor_and_no_temporary_file()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.In(new MLContext());
        using var file = Rewrite(model, "model.safetensors", bytes => bytes[..^1]);

        LiveTensors.AssertUnchangedBy(() => Assert.ThrowsAny<Exception>(() => new MLContext { TempFilePath = folder.Path }.Model.Load(file, out _)));

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static Exception LoadAfter(string part, Func<byte[], byte[]?> change)
    {
        using var model = TinyModel.In(new MLContext());
        using var file = Rewrite(model, part, change);
        return Unwrap(Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(file, out _)));
    }

    // ML.NET calls a loader by reflection.
    private static Exception Unwrap(Exception exception) =>
        exception is TargetInvocationException { InnerException: { } inner } ? Unwrap(inner) : exception;

    private static MemoryStream Rewrite(NullsTransformer model, string part, Func<byte[], byte[]?> change)
    {
        using var original = ModelFileTests.Save(model);
        var rewritten = new MemoryStream();
        using (var archive = new ZipArchive(rewritten, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in ModelFileTests.Entries(original))
            {
                if ((Path.GetFileName(name) == part ? change(bytes) : bytes) is not { } content)
                    continue;
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return rewritten;
    }
}
