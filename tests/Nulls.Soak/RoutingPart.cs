using Nulls.Benchmarks;

namespace Nulls.Soak;

/// <summary>What finds the nearest sources of a text, with a million sources, by its words and by embeddings: the benchmarks' figures by the soak's names.</summary>
internal sealed class RoutingPart : ISoakPart
{
    public string Name => "routing";

    public async IAsyncEnumerable<Figure> RunAsync(SoakSetting setting)
    {
        var figures = await Task.Run(() => new IndexBenchmark(setting.Count(1_000_000, 20_000)).Run(threadCount: 1).ToArray());
        var slowest = figures.Where(figure => figure.Name.StartsWith("index.milliseconds.", StringComparison.Ordinal)).MaxBy(figure => figure.Value)!; // There are three.
        yield return slowest with { Name = "routing.millisecondsAtMillion", Detail = $"the slowest of three kinds of questions: {slowest.Detail}" };
        yield return figures.Single(figure => figure.Name == "index.recallAt1") with { Name = "routing.recallAt1" };

        var byEmbeddings = await Task.Run(() => new EmbeddingBenchmark(setting.Count(1_000_000, 20_000)).Run(threadCount: 1).ToArray());
        yield return byEmbeddings[0] with { Name = "routing.embeddingMillisecondsAtMillion" };
        yield return byEmbeddings[1] with { Name = "routing.embeddingRecallAt1" };
    }
}
