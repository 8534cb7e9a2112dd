using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.MLNet.Tests.Support;

/// <summary>A real model, 32 wide with 2 layers, trained once for all tests, and the corpus that it was trained on.</summary>
internal static class TinyModel
{
    public const int Width = 32;

    private static readonly string[] Pets = ["a grey otter", "a blind crow", "two white mice", "an old tortoise", "a lame fox", "nine red hens", "a tame wolf", "a shy lynx"];

    private static readonly Lazy<NullsTransformer> Trained = new(() => new MLContext(seed: 1).Nulls(Options).Fit(new MLContext().Data.LoadFromEnumerable(Corpus)));

    public static NullsOptions Options { get; } = new()
    {
        Model = new NullsConfig
        {
            Width = Width, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 2, HeadSize = 16, BackboneWidth = 32,
            SinksPerSource = 4, SinkPoolWidth = 4 * 5, ContextLength = 32,
        },
        Tokenizer = new TokenizerOptions { VocabularySize = 320 },
        Training = new TrainingOptions { Passes = 100 },
        Routing = SinkRouting.NearestSources,
        KeepSourceKeys = true,
        Generation = new GenerationOptions { MaxTokens = 4 },
        Seed = 7,
    };

    /// <summary>Gets the keys of the sources: <c>house-0</c> to <c>house-7</c>.</summary>
    public static IReadOnlyList<string> Sources { get; } = [.. Enumerable.Range(0, Pets.Length).Select(house => $"house-{house}")];

    /// <summary>Gets two documents of each source, and as many without one.</summary>
    public static IReadOnlyList<Row> Corpus { get; } =
    [
        .. Pets.SelectMany((pet, house) => (Row[])
        [
            new() { Text = $"In house {house} lives {pet}.", Source = Sources[house] },
            new() { Text = $"Whoever enters house {house} meets {pet} at the door.", Source = Sources[house] },
            new() { Text = $"House {house} has a door and a window." },
            new() { Text = $"The road to house {house} is long." },
        ]),
    ];

    /// <summary>Gets the rows that have a source.</summary>
    public static IReadOnlyList<Row> Sourced { get; } = [.. Corpus.Where(row => !string.IsNullOrEmpty(row.Source))];

    /// <summary>Gets the model's weights; a test that disposes takes a handle of its own.</summary>
    public static NullsBundle Bundle => Trained.Value.Bundle;

    /// <summary>Makes a transformer on the shared weights that logs to the given context. Options say columns, batches and generation.</summary>
    public static NullsTransformer In(MLContext ml, NullsOptions? options = null) =>
        new(((IHostEnvironment)ml).Register("Nulls"), Bundle.Share(), (options ?? Options).ToScoring());

    /// <summary>Reads the score column alone. What else is read with it may change a score by rounding.</summary>
    public static float[] Scores(ITransformer model, IEnumerable<Row> rows) =>
        [.. model.Transform(new MLContext().Data.LoadFromEnumerable(rows)).GetColumn<float>("Score")];

    /// <summary>Reads every output column but the completion.</summary>
    public static List<ScoredRow> Score(ITransformer model, IEnumerable<Row> rows)
    {
        var ml = new MLContext();
        return [.. ml.Data.CreateEnumerable<ScoredRow>(model.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false)];
    }
}
