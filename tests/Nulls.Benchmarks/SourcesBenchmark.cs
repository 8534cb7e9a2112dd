using System.Diagnostics;
using Nulls.Distributed;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Sources;
using Nulls.Text;
using Nulls.Training;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>As many sources as the English Wikipedia has articles: registry, allocation, how apart their sinks are, and training with them.</summary>
internal sealed class SourcesBenchmark : IBenchmark
{
    public const int SourceCount = 6_407_814;
    private const int FewSources = 1_000;
    private const int PairCount = 1_000_000;
    private const int TrainingTurns = 25;

    public string Name => "sources";

    public bool DependsOnThreads => false;

    public IEnumerable<Figure> Run(int threadCount)
    {
        foreach (var figure in Registry())
            yield return figure;

        var coded = (NullsConfig.Paper1B with { AllocationDegree = 4 }).CreateAllocation();
        yield return new Figure("sources.allocationMicroseconds", AllocationTiming.Microseconds(), 1, IsUpperBound: true,
            $"median of BenchmarkDotNet; {coded.MaxSinksPerSource} of {coded.PoolWidth:N0} sinks");
        foreach (var figure in Masks(coded))
            yield return figure;
        yield return TrainingSpeed();
    }

    private static IEnumerable<Figure> Registry()
    {
        // What the process loads for the first key of all is not the registry's.
        new SourceRegistry().GetOrAdd("warm-up");
        var (heapBefore, residentBefore) = Memory();
        var registry = new SourceRegistry();
        var titles = new string[1 << 16];
        var elapsed = TimeSpan.Zero;
        for (var first = 0; first < SourceCount; first += titles.Length)
        {
            // Making titles up is not timed: whoever trains has them.
            var count = Math.Min(titles.Length, SourceCount - first);
            for (var i = 0; i < count; i++)
                titles[i] = GeneratedTitles.Of(first + i);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++)
                registry.GetOrAdd(titles[i]);
            elapsed += Stopwatch.GetElapsedTime(start);
        }

        titles = [];
        var allocation = (NullsConfig.Paper1B with { AllocationDegree = 4 }).CreateAllocation();
        var (heapAfter, residentAfter) = Memory();
        if (registry.Count != SourceCount || !registry.TryGetIndex(GeneratedTitles.Of(SourceCount - 1), out var last) || last != SourceCount - 1)
            throw new InvalidOperationException($"The registry has {registry.Count:N0} sources of {SourceCount:N0}.");

        yield return new Figure("sources.buildSeconds", elapsed.TotalSeconds, 10, IsUpperBound: true, $"{SourceCount:N0} titles, {elapsed.TotalMicroseconds / SourceCount:0.00} µs each");
        yield return new Figure("sources.megabytes", (heapAfter - heapBefore) / 1e6, 100, IsUpperBound: true,
            $"live on the heap for registry and allocation, {(double)(heapAfter - heapBefore) / SourceCount:0.0} bytes a source; the process grew by {(residentAfter - residentBefore) / 1e6:0} MB");
        GC.KeepAlive(registry);
        GC.KeepAlive(allocation);
    }

    private static (long Heap, long Resident) Memory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }

    private static IEnumerable<Figure> Masks(SinkAllocation coded)
    {
        var distinct = MaskReview.DistinctCount(coded, SourceCount);
        var (most, mean) = MaskReview.Overlap(source => coded.Allocate(source), SourceCount, PairCount);
        yield return new Figure("sources.distinctMasks", distinct, SourceCount, IsUpperBound: false, $"of {SourceCount:N0} sources, all looked at");
        yield return new Figure("sources.mostShared", most, coded.MaxOverlap!.Value, IsUpperBound: true, // Coded allocations are bounded.
            $"sinks of {coded.MaxSinksPerSource} in a million random pairs; {mean:0.000} on average; {coded.MaxOverlap} proven for all pairs");

        // The released sizes. Ids equal modulo 65,536 have one mask, so that there are no more to look at.
        const int Masks = 1 << 16;
        var published = SinkAllocation.Published(poolWidth: 7_692, probability: 0.013, idBits: 32, idOffset: 49_152);
        var masks = Enumerable.Range(0, Masks).Select(source => published.Allocate(source)).ToArray();
        for (var source = Masks; source < SourceCount; source += 9_973)
        {
            if (!published.Allocate(source).Equals(masks[source % Masks]))
                throw new InvalidOperationException($"Source {source} has sinks of its own under Published32.");
        }

        var publishedDistinct = masks.Distinct().Count();
        var (publishedMost, publishedMean) = MaskReview.Overlap(source => masks[source % Masks], SourceCount, PairCount);
        yield return new Figure("sources.published32DistinctMasks", publishedDistinct, Masks, IsUpperBound: true,
            $"of {SourceCount:N0} sources: {(double)SourceCount / publishedDistinct:0.0} share each; most shared in a million random pairs {publishedMost} of {masks.Average(mask => mask.Count):0.0}, {publishedMean:0.000} on average");
    }

    // One model; what differs is how far apart its documents' sources are. Times vary by some percent, so that medians do not tell 2 %.
    private static Figure TrainingSpeed()
    {
        var config = (NullsConfig.Small with { VocabularySize = 4_096 }).Resolve(vocabularySize: 4_096, SourceCount);
        using var model = new NullsModel(config, CPU);
        var allocation = config.CreateAllocation();
        var options = new TrainingOptions { Passes = 1, RowsPerStep = 4, BackboneSteps = 0 };
        var (few, many) = (TokenCorpora.Of(Documents(FewSources)), TokenCorpora.Of(Documents(SourceCount)));
        var paired = Paired.Measure(() => Train(few), () => Train(many), TrainingTurns);
        return new Figure("sources.trainingSpeed", paired.FastestRatio, 0.98, IsUpperBound: false,
            $"with {SourceCount:N0} sources against {FewSources:N0}: the fastest of {TrainingTurns} trainings each; the medians are {paired.VariantSeconds:0.000} s and {paired.BaselineSeconds:0.000} s");

        void Train(TokenCorpora corpora) => new Trainer(model, allocation, options, seed: 1, new SingleProcess()).Train(corpora, endOfTextId: 0);
    }

    private static TokenDocument[] Documents(int sourceCount)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 64).Select(_ => new TokenDocument([[.. Enumerable.Range(0, 127).Select(_ => random.Next(1, 4_096))]], random.Next(sourceCount)))];
    }
}
