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
        var ml = new MLContext(seed: 1);
        var rows = Rows();
        using var bundle = Bundle(rows);
        var view = ml.Data.LoadFromEnumerable(rows);
        var host = ((IHostEnvironment)ml).Register("Nulls");
        using var batched = new NullsTransformer(host, bundle.Share(), new NullsOptions().ToScoring());
        using var single = new NullsTransformer(host, bundle.Share(), new NullsOptions { BatchSize = 1 }.ToScoring());
        var requests = rows.Select(row => new ScoringRequest(row.Text, row.Source)).ToArray();

        // A part is enough for the slow way.
        const int Part = 8;
        var fewer = ml.Data.TakeRows(view, TextCount / Part);
        var oneByOne = Paired.Measure(() => Scores(single, fewer), () => Scores(batched, view), rounds: 5);
        yield return new Figure("score.dataView", oneByOne.Ratio * Part, 8, IsUpperBound: false,
            $"{TextCount:N0} texts of {requests.Average(request => (double)bundle.Tokenizer.Encode(request.Text).Length):0} tokens, {TextCount / oneByOne.VariantSeconds:N0} a second; one row a time {TextCount / Part / oneByOne.BaselineSeconds:N0}");

        var raw = Paired.Measure(() => bundle.Score(requests, ScoringOutputs.LogProbabilities), () => Scores(batched, view), rounds: 5);
        yield return new Figure("score.ofRaw", raw.Ratio, 0.9, IsUpperBound: false, $"of the speed of NullsBundle.Score on all {TextCount:N0} texts, {TextCount / raw.BaselineSeconds:N0} a second");
    }

    private static float Scores(NullsTransformer transformer, IDataView view) => transformer.Transform(view).GetColumn<float>("Score").Sum();

    // Random weights: what is timed does not depend on them.
    private static NullsBundle Bundle(TextRow[] rows)
    {
        var tokenizer = BytePairTokenizer.Create(new TokenizerOptions { VocabularySize = 1_664 }, rows.Select(row => row.Text));
        var sources = new SourceRegistry();
        foreach (var row in rows)
            sources.GetOrAdd(row.Source);
        var config = (NullsConfig.Tiny with { ContextLength = 64 }).Resolve(tokenizer.VocabularySize, sources.Count);
        var model = new NullsModel(config, CPU);
        model.Initialize(seed: 1);
        return new NullsBundle(new BundleContents(model, tokenizer, sources, index: null), SinkRouting.Backbone, SourceSet.Empty);
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
