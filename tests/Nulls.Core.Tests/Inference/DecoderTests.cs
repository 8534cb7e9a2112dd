using Nulls.Inference;
using Nulls.Kernels;
using Nulls.Model;
using Nulls.Tests.Support;
using static TorchSharp.torch;

namespace Nulls.Tests.Inference;

public sealed class DecoderTests
{
    // Grouped heads; a head size that is not the width's share, no multiple of a vector, and odd widths; rows with few and many sinks.
    private static readonly NullsConfig Odd = new()
    {
        VocabularySize = 301, Width = 45, LayerCount = 3, HeadCount = 6, KeyValueHeadCount = 2, HeadSize = 22, BackboneWidth = 53,
        SinkPoolWidth = 5 * 13, SinksPerSource = 5, AllocationDegree = 2, ContextLength = 40, TiedHead = false,
    };

    private static readonly NullsConfig Even = new()
    {
        VocabularySize = 256, Width = 64, LayerCount = 2, HeadCount = 4, KeyValueHeadCount = 4, HeadSize = 32, BackboneWidth = 96,
        SinkPoolWidth = 34 * 37, SinksPerSource = 34, AllocationDegree = 2, ContextLength = 40,
    };

    public static TheoryData<string, bool, int> Decoders => new()
    {
        { "torch", true, 1 }, { "torch", false, 1 }, { "processor", true, 1 }, { "processor", false, 1 }, { "processor", true, 2 }, { "processor", false, 3 },
    };

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Logits_equal_those_of_whole_passes_while_rows_leave(string kind, bool isOdd, int threads)
    {
        using var model = Model(isOdd ? Odd : Even);
        foreach (var rowCount in new[] { 1, 2, 4, 7, 9 })
            Follow(model, ComputeWeights.Float32, kind, threads, rowCount, Tolerances.ReorderedFloat32);
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void In_bfloat16_they_stay_near_those_in_32_bits(string kind, bool isOdd, int threads)
    {
        using var model = Model(isOdd ? Odd : Even);
        using var rounded = new ComputeWeights(model, ScalarType.BFloat16);
        foreach (var rowCount in new[] { 1, 5, 8 })
            Follow(model, rounded, kind, threads, rowCount, Tolerances.BFloat16);
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        using var model = Model(Even);
        var expected = Run(1);
        Assert.Equal(expected, Run(2));
        Assert.Equal(expected, Run(5));

        float[] Run(int threads)
        {
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            SinkGate[] gates = [Gate(model, 1), Gate(model, 2)];
            using var cache = new KeyValueCache(model.Config, 2, 20, ScalarType.Float32, CPU);
            using var batch = new TokenBatch([.. gates.Select(gate => new TokenSequence(new[] { 3, 4, 5 }, gate))], CPU);
            model.Hidden(batch, cache: cache);
            cache.Advance([3, 3]);
            using var decoder = new ProcessorDecoder<Float32Element>(model, ComputeWeights.Float32, gates, cache, threads);
            for (var i = 0; i < 8; i++)
                decoder.Read([6 + i, 60 + i]);
            return [.. decoder.Logits(0), .. decoder.Logits(1)];
        }
    }

    [Theory]
    [InlineData("torch")]
    [InlineData("processor")]
    public void A_decoder_leaves_no_tensor_behind(string kind)
    {
        using var model = Model(Even);
        LiveTensors.AssertUnchangedBy(() => Follow(model, ComputeWeights.Float32, kind, 2, 3, Tolerances.ReorderedFloat32));
    }

    [Fact]
    public void Few_rows_on_a_processor_are_decoded_by_it_and_many_by_Torch()
    {
        using var model = Model(Even);
        using var few = new KeyValueCache(model.Config, 1, 4, ScalarType.Float32, CPU);
        using var many = new KeyValueCache(model.Config, 40, 4, ScalarType.Float32, CPU);
        using var forFew = Decoder.Create(model, ComputeWeights.Float32, [SinkGate.Backbone], few);
        using var forMany = Decoder.Create(model, ComputeWeights.Float32, [.. Enumerable.Repeat(SinkGate.Backbone, 40)], many);

        Assert.IsType<ProcessorDecoder<Float32Element>>(forFew);
        Assert.IsType<TorchDecoder>(forMany);
    }

    // Random texts of several lengths and gates; some leave on the way. After each token the logits are compared with a pass over the whole text.
    private static void Follow(NullsModel model, ComputeWeights weights, string kind, int threads, int rowCount, Tolerance tolerance)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var random = new Random(rowCount);
        var texts = Enumerable.Range(0, rowCount).Select(_ => Tokens(random, random.Next(1, 20))).ToArray();
        SinkGate[] kinds = [Gate(model, 1), SinkGate.Backbone, Gate(model, 2) with { SinkScale = 0.5f }, Gate(model, 3) with { BackboneScale = 0.7f }, Gate(model, 4), new SinkGate(Nulls.Sinks.SinkSet.Of(Gate(model, 5).Sinks.Indices[..2]))];
        SinkGate[] gates = [.. Enumerable.Range(0, rowCount).Select(row => kinds[(row + rowCount) % kinds.Length])];
        using var cache = new KeyValueCache(model.Config, rowCount, model.Config.ContextLength, weights.Type, CPU);
        using var starts = new TokenBatch([.. texts.Zip(gates, (text, gate) => new TokenSequence(text, gate))], CPU);
        model.Hidden(starts, weights, cache: cache);
        var rows = starts.Order;
        cache.Advance([.. rows.Select(row => texts[row].Length)]);
        using var decoder = Create(kind, model, weights, [.. rows.Select(row => gates[row])], cache, threads);
        for (var step = 0; step < 12; step++)
        {
            if (step is 4 or 7 && rows.Length > 1)
            {
                int[] kept = [.. Enumerable.Range(0, rows.Length).Where(row => row % 2 == step % 2)];
                decoder.Keep(kept);
                rows = [.. kept.Select(row => rows[row])];
            }

            foreach (var row in rows)
                texts[row] = [.. texts[row], random.Next(model.Config.VocabularySize)];
            decoder.Read([.. rows.Select(row => texts[row][^1])]);
            for (var b = 0; b < rows.Length; b++)
            {
                using var whole = new TokenBatch([new TokenSequence(texts[rows[b]], gates[rows[b]])], CPU);
                var expected_V = model.Logits(model.Hidden(whole))[-1];
                TensorAssert.Equal(expected_V, tensor(decoder.Logits(b).ToArray()), tolerance, $"{rowCount} rows, step {step}, text {rows[b]}");
            }
        }
    }

    private static IDecoder Create(string kind, NullsModel model, ComputeWeights weights, SinkGate[] gates, KeyValueCache cache, int threads) => (kind, weights.Type) switch
    {
        ("torch", _) => new TorchDecoder(model, weights, gates, cache),
        (_, ScalarType.Float32) => new ProcessorDecoder<Float32Element>(model, weights, gates, cache, threads),
        _ => new ProcessorDecoder<BFloat16Element>(model, weights, gates, cache, threads),
    };

    private static SinkGate Gate(NullsModel model, int source) => new(model.Config.CreateAllocation().Allocate(source));

    private static int[] Tokens(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(200))];

    private static NullsModel Model(NullsConfig config)
    {
        var model = new NullsModel(config, CPU);
        model.Initialize(seed: 5);
        return model;
    }
}
