using Nulls.Inference;
using Nulls.Kernels;
using Nulls.Model;
using Nulls.Sinks;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>Decoding: the small model against dense masked weights, and the paper's compacted sizes against the bandwidth of memory.</summary>
internal sealed class DecodeBenchmark : IBenchmark
{
    private const int TokenCount = 128;

    public string Name => "decode";

    public bool DependsOnThreads => true;

    public IEnumerable<Figure> Run(int threadCount)
    {
        using (var small = Model(NullsConfig.Small with { VocabularySize = 4_096, AllocationDegree = 2 }))
        {
            yield return AgainstDense(small, batchSize: 1, reach: 7.5);
            yield return AgainstDense(small, batchSize: 8, reach: 4);
        }

        yield return OfBandwidth(threadCount);
    }

    // Ours with what it costs to gather the sinks of a text of this length.
    private static Figure AgainstDense(NullsModel model, int batchSize, double reach)
    {
        SinkGate[] gates = [.. Enumerable.Range(0, batchSize).Select(row => new SinkGate(model.Config.CreateAllocation().Allocate(row)))];
        var random = new Random(batchSize);
        var tokens = Enumerable.Range(0, TokenCount).Select(_ => Enumerable.Range(0, batchSize).Select(_ => random.Next(model.Config.VocabularySize)).ToArray()).ToArray();
        using var dense = new DenseMaskedDecoder(model, gates, TokenCount);
        float[] expected = [], actual = [];
        var paired = Paired.Measure(
            () =>
            {
                dense.Restart();
                foreach (var read in tokens)
                    expected = dense.Read(read);
            },
            () => actual = Decode(model, gates, tokens),
            rounds: 7, variantRuns: 4);
        if (expected.Zip(actual).Any(pair => !(Math.Abs(pair.First - pair.Second) < 1e-3)))
            throw new InvalidOperationException("The two decoders do not compute the same logits: their times cannot be compared.");

        // What the ratio owes to sparseness, and what to kernels: the same work through Torch, and the whole pool through our kernels.
        using var whole = Model(model.Config with { BackboneWidth = model.Config.BackboneWidth + model.Config.SinkPoolWidth, SinkPoolWidth = 32 * 37 });
        var torchSeconds = Paired.Seconds(() => Decode(model, gates, tokens, throughTorch: true), rounds: 3);
        var wholeSeconds = Paired.Seconds(() => Decode(whole, [.. gates.Select(_ => SinkGate.Backbone)], tokens), rounds: 3);
        double Speed(double seconds) => TokenCount * batchSize / seconds;
        return new Figure($"decode.batch{batchSize}", paired.Ratio, reach, IsUpperBound: false,
            $"{Speed(paired.VariantSeconds):N0} tokens/s (through Torch {Speed(torchSeconds):N0}); dense masked {Speed(paired.BaselineSeconds):N0} (the whole pool through our kernels {Speed(wholeSeconds):N0}); " +
            $"pool {model.Config.SinkPoolWidth:N0}, 32-bit, {TokenCount} tokens a text, gathering its sinks included");
    }

    private static float[] Decode(NullsModel model, SinkGate[] gates, int[][] tokens, bool throughTorch = false)
    {
        using var cache = new KeyValueCache(model.Config, gates.Length, TokenCount, ScalarType.Float32, CPU);
        using var decoder = throughTorch ? new TorchDecoder(model, ComputeWeights.Float32, gates, cache) : Decoder.Create(model, ComputeWeights.Float32, gates, cache);
        foreach (var read in tokens)
            decoder.Read(read);
        return [.. Enumerable.Range(0, gates.Length).SelectMany(row => decoder.Logits(row).ToArray())];
    }

    private static Figure OfBandwidth(int threadCount)
    {
        // One source alone, so that the pool holds no more than what is gathered.
        using var model = Model(NullsConfig.Paper1B with { VocabularySize = 49_152, SinkPoolWidth = 100, Allocation = SinkAllocationKind.Exclusive });
        using var weights = new ComputeWeights(model, ScalarType.BFloat16);
        using var cache = new KeyValueCache(model.Config, 1, 1_024, ScalarType.BFloat16, CPU);
        using var decoder = new ProcessorDecoder<BFloat16Element>(model, weights, [new SinkGate(SinkSet.Of([.. Enumerable.Range(0, 100)]))], cache, threadCount);
        using var memory = new MemoryReading(threadCount);
        const int TokensAtOnce = 4;
        var paired = Paired.Measure(
            memory.Run,
            () =>
            {
                for (var i = 0; i < TokensAtOnce; i++)
                    decoder.Read([i]);
            },
            rounds: 40);
        var parameters = model.parameters().Sum(parameter => parameter.numel());
        var bytesPerToken = 2.0 * (parameters - model.Embedding.numel());
        var bandwidth = MemoryReading.ByteCount / paired.BaselineSeconds;
        var used = bytesPerToken * TokensAtOnce / paired.VariantSeconds;
        return new Figure("decode.paperBandwidthFraction", used / bandwidth, 0.8, IsUpperBound: false,
            $"{TokensAtOnce / paired.VariantSeconds:0.0} tokens/s, {parameters / 1e6:0} M parameters, bfloat16; reads {used / 1e9:0.0} GB/s of {bandwidth / 1e9:0.0} GB/s");
    }

    private static NullsModel Model(NullsConfig config)
    {
        var model = new NullsModel(config, CPU);
        model.Initialize(seed: 1);
        return model;
    }
}
