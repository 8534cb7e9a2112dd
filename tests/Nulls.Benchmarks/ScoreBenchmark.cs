using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.MLNet;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Text;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>Scoring sentences of the Quickstart's encyclopedia with a model of its size through an <see cref="IDataView"/>: against one row a time, and against the scorer beneath.</summary>
internal sealed class ScoreBenchmark : IBenchmark
{
    private const int TextCount = 2_000;
    private const int SourceCount = 600;

    public string Name => "score";

    public bool DependsOnThreads => true;

    public IEnumerable<Figure> Run(int threadCount)
    {
        foreach (var (precision, suffix) in new[] { (Precision.Float32, ""), (Precision.BFloat16, "Bf16") })
        {
            foreach (var figure in Run(precision, suffix))
                yield return figure;
        }
    }

    private static IEnumerable<Figure> Run(Precision precision, string suffix)
    {
        var ml = new MLContext(seed: 1);
        var rows = Rows();
        using var bundle = Bundle(rows, precision);
        var view = ml.Data.LoadFromEnumerable(rows);
        var host = ((IHostEnvironment)ml).Register("Nulls");
        using var batched = new NullsTransformer(host, bundle.Share(), new NullsOptions().ToScoring());
        using var single = new NullsTransformer(host, bundle.Share(), new NullsOptions { BatchSize = 1 }.ToScoring());
        var requests = rows.Select(row => new ScoringRequest(row.Text, row.Source)).ToArray();

        // A part is enough for the slow way.
        const int Part = 8;
        var fewer = ml.Data.TakeRows(view, TextCount / Part);
        var oneByOne = Paired.Measure(() => Scores(single, fewer), () => Scores(batched, view), rounds: 7);
        var tokens = requests.Sum(request => 1.0 + bundle.Tokenizer.Encode(request.Text).Length);
        var busy = tokens * OperationsPerToken(bundle.Config) / Peak(precision.ToScalarType());
        yield return new Figure("score.dataView" + suffix, oneByOne.Ratio * Part, 8, IsUpperBound: false,
            $"{TextCount:N0} texts of {tokens / TextCount:0} tokens, {TextCount / oneByOne.VariantSeconds:N0} a second; one row a time {TextCount / Part / oneByOne.BaselineSeconds:N0}; " +
            $"products at the peak of a square one would allow {oneByOne.BaselineSeconds * Part / busy:0.0}");

        var raw = Paired.Measure(() => bundle.Score(requests, ScoringOutputs.LogProbabilities), () => Scores(batched, view), rounds: 7);
        yield return new Figure("score.ofRaw" + suffix, raw.Ratio, 0.9, IsUpperBound: false, $"of the speed of NullsBundle.Score on all {TextCount:N0} texts, {TextCount / raw.BaselineSeconds:N0} a second");
    }

    private static double OperationsPerToken(NullsConfig config)
    {
        var attention = 2L * (config.HeadCount + config.KeyValueHeadCount) * config.HeadSize;
        var layer = config.Width * (attention + 3L * (config.BackboneWidth + config.SinksPerSource));
        return 2.0 * (config.LayerCount * layer + (long)config.VocabularySize * config.Width);
    }

    // Operations a second of a product of two squares that fit the cache.
    private static double Peak(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var left = randn(1_024, 1_024).to(type);
        using var right = randn(1_024, 1_024).to(type);
        return 2.0 * 1_024 * 1_024 * 1_024 / Paired.Seconds(() => left.matmul(right).Dispose(), rounds: 15);
    }

    private static float Scores(NullsTransformer transformer, IDataView view) => transformer.Transform(view).GetColumn<float>("Score").Sum();

    // Random weights: what is timed does not depend on them.
    private static NullsBundle Bundle(TextRow[] rows, Precision precision)
    {
        var tokenizer = BytePairTokenizer.Create(new TokenizerOptions { VocabularySize = 1_664 }, rows.Select(row => row.Text));
        var sources = new SourceRegistry();
        foreach (var row in rows)
            sources.GetOrAdd(row.Source);
        var config = (NullsConfig.Tiny with { ContextLength = 64 }).Resolve(tokenizer.VocabularySize, sources.Count);
        var model = new NullsModel(config, CPU);
        model.Initialize(seed: 1);
        return new NullsBundle(new BundleContents(model, tokenizer, sources, index: null, precision), new RouteSettings(SinkRouting.Backbone), SourceSet.Empty);
    }

    private static TextRow[] Rows() => [.. FictionalEncyclopedia.Create(SourceCount, generalCount: 1, seed: 1).Articles
        .SelectMany(article => Sentences.Split(article.Text).Select(sentence => new TextRow { Text = sentence.Trim(), Source = article.Source ?? "" }))
        .Take(TextCount)];

    private sealed class TextRow
    {
        public string Text { get; set; } = "";
        public string Source { get; set; } = "";
    }
}
