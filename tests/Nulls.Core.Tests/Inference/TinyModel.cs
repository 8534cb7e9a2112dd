using Nulls.Inference;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Text;
using static TorchSharp.torch;

namespace Nulls.Tests.Inference;

/// <summary>A model of random weights large enough that tokens and sinks matter, with sources, their texts and an index of them.</summary>
public sealed class TinyModel : IDisposable
{
    internal const int SourceCount = 12;

    private static readonly string[] Words =
        ["amber", "badger", "cedar", "dune", "ember", "fjord", "glacier", "harbour", "island", "jasmine", "kettle", "lantern", "meadow", "nectar", "orchid", "pebble"];

    public TinyModel()
    {
        for (var source = 0; source < SourceCount; source++)
        {
            Sources.GetOrAdd(Key(source));
            Texts.Add(RandomText(new Random(source), wordCount: 12) + $" only{source}");
        }

        Tokenizer = BytePairTokenizer.Create(new TokenizerOptions { VocabularySize = 300 }, Texts);
        using var builder = new SourceIndexBuilder(new byte[TermHasher.SaltLength]);
        for (var source = 0; source < SourceCount; source++)
            builder.Add(source, Texts[source]);

        Index = builder.Build();
        Model = new NullsModel(Config with { VocabularySize = Tokenizer.VocabularySize }, CPU);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        foreach (var (name, weight) in Model.named_parameters().Where(named => named.parameter.dim() == 2))
            weight.copy_(normal(0, name.EndsWith("out", StringComparison.Ordinal) || name.EndsWith("down", StringComparison.Ordinal) ? 0.08 : 0.16, weight.shape, generator: generator));
        Router = new SinkRouter(Sources, Model.Config.CreateAllocation(), Index);
        Scorer = new Scorer(Model, ComputeWeights.Float32, Tokenizer, Sources, Router);
    }

    internal static NullsConfig Config { get; } = new()
    {
        Width = 32,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadSize = 8,
        BackboneWidth = 24,
        SinkPoolWidth = 4 * 13,
        SinksPerSource = 4,
        AllocationDegree = 2,
        ContextLength = 24,
    };

    internal SourceRegistry Sources { get; } = new();

    internal List<string> Texts { get; } = [];

    internal BytePairTokenizer Tokenizer { get; }

    internal SourceIndex Index { get; }

    internal NullsModel Model { get; }

    internal SinkRouter Router { get; }

    internal Scorer Scorer { get; }

    internal static string Key(int source) => $"source-{source}";

    internal static bool NoneUnlearned(int source) => false;

    internal static string RandomText(Random random, int wordCount) =>
        string.Join(' ', Enumerable.Range(0, wordCount).Select(_ => Words[random.Next(Words.Length)]));

    internal SinkGate GateOf(int source) =>
        source == SourceGate.NoSource ? SinkGate.Backbone : new SinkGate(Model.Config.CreateAllocation().Allocate(source));

    internal ScoringResult Score(ScoringRequest request, ScoringOutputs outputs = ScoringOutputs.LogProbabilities, SinkRouting routing = SinkRouting.Backbone) =>
        Score([request], outputs, routing)[0];

    internal IReadOnlyList<ScoringResult> Score(
        IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs = ScoringOutputs.LogProbabilities, SinkRouting routing = SinkRouting.Backbone) =>
        Scorer.Score(requests, outputs, generation: null, new RouteSettings(routing), NoneUnlearned);

    /// <summary>The start of text, the prompt and the text.</summary>
    internal int[] Sequence(ScoringRequest request) => [Tokenizer.EndOfTextId, .. Tokenizer.Encode(request.Prompt), .. Tokenizer.Encode(request.Text)];

    /// <summary>The hidden states of one sequence alone, as an oracle: [T][D].</summary>
    internal double[][] Hidden(int[] tokens, SinkGate gate)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new TokenBatch([new TokenSequence(tokens, gate)], CPU);
        return Rows(Model.Hidden(batch));
    }

    /// <summary>All log-probabilities after each token of one sequence alone, window by window, as an oracle: [T][V].</summary>
    internal double[][] LogProbabilities(int[] tokens, SinkGate gate)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return [.. tokens.Chunk(Model.Config.ContextLength).SelectMany(window =>
        {
            using var batch = new TokenBatch([new TokenSequence(window, gate)], CPU);
            return Rows(Model.Logits(Model.Hidden(batch)).to(ScalarType.Float64).log_softmax(-1));
        })];
    }

    public void Dispose() => Model.Dispose();

    private static double[][] Rows(Tensor values_TN) =>
        [.. values_TN.to(ScalarType.Float64).data<double>().ToArray().Chunk((int)values_TN.shape[1])];
}

internal static class OneRoute
{
    /// <summary>Routes one text.</summary>
    public static SinkRoute Route(this SinkRouter router, ScoringRequest request, RouteSettings settings, Func<int, bool> isUnlearned) =>
        router.Route([request], settings, isUnlearned)[0];
}
