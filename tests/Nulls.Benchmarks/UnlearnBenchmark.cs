using System.Security.Cryptography;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Text;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>The time of unlearning one source at the paper's sizes, and what it copies; with few sources and many, at first and after a hundred thousand.</summary>
internal sealed class UnlearnBenchmark : IBenchmark
{
    private const int FewSources = 1_000;
    private const int UnlearnedBefore = 100_000;
    private const int Calls = 1_000;

    public string Name => "unlearn";

    public bool DependsOnThreads => false;

    public IEnumerable<Figure> Run(int threadCount)
    {
        var config = (NullsConfig.Paper1B with { VocabularySize = 49_152, AllocationDegree = 4 });
        // What cannot be held is left out, and said.
        var memory = GC.GetGCMemoryInfo();
        while (config.LayerCount > 1 && Bytes(config) > (memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes) / 2)
            config = config with { LayerCount = config.LayerCount - 1 };
        var model = new NullsModel(config, CPU);
        var tokenizer = BytePairTokenizer.Create(new TokenizerOptions { VocabularySize = 300 }, ["Some text to make tokens of."]);
        var random = new Random(1);
        var few = Registry(random, strangers: 0, keys: FewSources);
        var many = Registry(random, SourcesBenchmark.SourceCount - UnlearnedBefore - FewSources, UnlearnedBefore + FewSources);

        // All bundles share the weights; the first owns them.
        using var fewBundle = new NullsBundle(new BundleContents(model, tokenizer, few, index: null), new RouteSettings(SinkRouting.Backbone), SourceSet.Empty);
        var manyBundle = new NullsBundle(new BundleContents(model, tokenizer, many, index: null), new RouteSettings(SinkRouting.Backbone), SourceSet.Empty);
        var late = manyBundle.Unlearn(Enumerable.Range(0, UnlearnedBefore).Select(GeneratedTitles.Of));
        var costs = new[] { Cost(fewBundle, 0), Cost(manyBundle, UnlearnedBefore), Cost(late, UnlearnedBefore) };

        yield return new Figure("unlearn.milliseconds", costs.Max(cost => cost.Milliseconds), 1, IsUpperBound: true,
            $"{Bytes(config) / 1e9:0.0} GB of weights in {config.LayerCount} layers; {Describe(FewSources, 0, costs[0])}; {Describe(SourcesBenchmark.SourceCount, 0, costs[1])}; {Describe(SourcesBenchmark.SourceCount, UnlearnedBefore, costs[2])}");
        yield return new Figure("unlearn.tensorsMade", costs.Max(cost => cost.Tensors), 0, IsUpperBound: true, "by all calls together");

        // What the disk does would hide the difference.
        var saving = Paired.Measure(() => Save(fewBundle), () => Save(late), rounds: 3);
        yield return new Figure("unlearn.saveSpeed", saving.Ratio, 0.97, IsUpperBound: false,
            $"{SourcesBenchmark.SourceCount:N0} sources against {FewSources:N0}: {saving.VariantSeconds:0.00} s and {saving.BaselineSeconds:0.00} s to write and hash all parts, to nowhere");
    }

    private static string Describe(int sources, int unlearned, UnlearnCost cost) =>
        $"{sources:N0} sources, {unlearned:N0} unlearned: {cost.Milliseconds * 1_000:0.0} µs, {cost.Bytes / 1_000.0:0.0} kB on the heap";

    private static UnlearnCost Cost(NullsBundle bundle, int firstKey)
    {
        string[][] keys = [.. Enumerable.Range(firstKey, FewSources).Select(index => new[] { GeneratedTitles.Of(index) })];
        foreach (var key in keys)
            bundle.Unlearn(key).Dispose();

        var (tensors, bytes) = (Tensor.TotalCount, GC.GetAllocatedBytesForCurrentThread());
        var next = 0;
        var made = new List<NullsBundle>(Calls * 8);
        var seconds = Paired.Seconds(
            () =>
            {
                for (var call = 0; call < Calls; call++)
                    made.Add(bundle.Unlearn(keys[next++ % keys.Length]));
            },
            rounds: 5);
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        tensors = Tensor.TotalCount - tensors;
        foreach (var each in made)
            each.Dispose();
        return new UnlearnCost(seconds * 1_000 / Calls, bytes / made.Count, tensors);
    }

    private static void Save(NullsBundle bundle)
    {
        foreach (var (_, write) in bundle.Parts)
            write(Stream.Null);
    }

    // Strangers have ids of no key; at this place it matters only that they are there.
    private static SourceRegistry Registry(Random random, int strangers, int keys)
    {
        var table = new SourceTable(strangers);
        while (table.Count < strangers)
        {
            var id = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            if (!table.TryFind(id, out _))
                table.Add(id);
        }

        var registry = new SourceRegistry(RandomNumberGenerator.GetBytes(16), table, keys: null);
        for (var key = 0; key < keys; key++)
            registry.GetOrAdd(GeneratedTitles.Of(key));
        return registry;
    }

    private static long Bytes(NullsConfig config)
    {
        var headRows = (2L * config.HeadCount + 2 * config.KeyValueHeadCount) * config.HeadSize;
        var layer = headRows + 3L * (config.BackboneWidth + config.SinkPoolWidth) + 2;
        return sizeof(float) * (long)config.Width * (2L * config.VocabularySize + config.LayerCount * layer);
    }

    private readonly record struct UnlearnCost(double Milliseconds, long Bytes, long Tensors);
}
