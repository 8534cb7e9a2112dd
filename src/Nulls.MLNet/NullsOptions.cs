using Nulls.Inference;
using Nulls.MLNet.Pipeline;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.MLNet;

/// <summary>What <see cref="NullsEstimator"/> reads, how it trains and which columns the trained model adds.</summary>
/// <remarks>Immutable. The defaults train something useful on a few thousand short documents on a laptop's CPU in minutes.</remarks>
public sealed record NullsOptions
{
    /// <summary>Gets the column that holds the text, one document a row. Its type is text; the default is <c>Text</c>.</summary>
    public string TextColumnName { get; init; } = "Text";

    /// <summary>Gets the column that names who contributed the text. Its type is text, or a key whose values are text; the default is <c>Source</c>.</summary>
    /// <remarks>
    /// An empty source means that the text has none: it trains the backbone with every sink off. Training needs the column; scoring
    /// does not, and reads its absence as an unknown source. A key is resolved to its text, because its number depends on the order of rows.
    /// To keep a source's documents together, split data with <c>samplingKeyColumnName: "Source"</c>; ML.NET then leaves out the rows whose source is empty.
    /// </remarks>
    public string SourceColumnName { get; init; } = "Source";

    /// <summary>Gets the output column of the mean log-probability a token: a Single in nats, NaN for a text without tokens. The default is <c>Score</c>.</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>Gets the output column of each token's log-probability: a variable vector of Single, in nats. The default is <c>TokenLogProbabilities</c>.</summary>
    public string TokenLogProbabilitiesColumnName { get; init; } = "TokenLogProbabilities";

    /// <summary>Gets the output column of the number of tokens: an Int32. The default is <c>TokenCount</c>.</summary>
    public string TokenCountColumnName { get; init; } = "TokenCount";

    /// <summary>Gets the output column of which sinks ran: the name of a <see cref="Inference.SinkState"/> as text. The default is <c>SinkState</c>.</summary>
    public string SinkStateColumnName { get; init; } = "SinkState";

    /// <summary>Gets the output column of the sources whose sinks ran: a variable vector of the 64-bit ids that <see cref="SourceRegistry.GetId"/> gives, never of an unlearned source. The default is <c>SinkSources</c>.</summary>
    public string SinkSourcesColumnName { get; init; } = "SinkSources";

    /// <summary>Gets the output column of the mean of the last hidden state over the tokens: a vector of Single as long as the model is wide, for a trainer behind this one. The default is <c>Features</c>.</summary>
    public string FeaturesColumnName { get; init; } = "Features";

    /// <summary>Gets the output column of the text's continuation, as text. The default is <c>Completion</c>.</summary>
    /// <remarks>The column is there only when <see cref="Generation"/> is given.</remarks>
    public string CompletionColumnName { get; init; } = "Completion";

    /// <summary>Gets the sizes of the network. The default is <see cref="NullsConfig.Tiny"/>.</summary>
    public NullsConfig Model { get; init; } = NullsConfig.Tiny;

    /// <summary>Gets how the network is trained.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Gets the tokenizer: trained on the corpus, which is the default, or read from files.</summary>
    public TokenizerOptions Tokenizer { get; init; } = new();

    /// <summary>Gets what runs for texts that have no sinks of their own. The default is <see cref="SinkRouting.Backbone"/>.</summary>
    /// <remarks>It can be changed after training, but the index of texts that finds the nearest sources is made only if a routing that looks for them is chosen here. <c>WithRouter</c> gives another means to find them.</remarks>
    public SinkRouting Routing { get; init; } = SinkRouting.Backbone;

    /// <summary>Gets whether the column of sources names those that a text was routed to. The default is true; a text's own source is named in any case.</summary>
    public bool ReportsRoutedSources { get; init; } = true;

    /// <summary>Gets whether the model keeps the sources' keys as text, so that a predicate can choose among them. The default is false: only keyed hashes are kept.</summary>
    public bool KeepSourceKeys { get; init; }

    /// <summary>Gets how many rows a model call scores. At least 1; the default is 256.</summary>
    /// <remarks>A cursor over the scored data reads this many rows ahead. The call sorts them by length and takes as many at a time as keep the device busy, so long texts need no smaller number.</remarks>
    public int BatchSize { get; init; } = 256;

    /// <summary>Gets the device to train and score on, such as <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <remarks>The default, null, takes the CUDA device that <c>MLContext.GpuDeviceId</c> names, or the CPU when it names none, or when there is no such device and <c>MLContext.FallbackToCpu</c> is true. It is not saved: whoever loads the model chooses.</remarks>
    public string? Device { get; init; }

    /// <summary>Gets the precision of scoring and writing; training has its own. The default is <see cref="Precision.Float32"/>.</summary>
    /// <remarks>Saved with the model; where a loading machine has no bfloat16, the model scores in 32 bits.</remarks>
    public Precision ScoringPrecision { get; init; } = Precision.Float32;

    /// <summary>Gets the seed of everything random. Same seed, same machine and same thread count give the same bits. The default, null, draws one from the seed of the <c>MLContext</c>.</summary>
    /// <remarks>A training that <see cref="WorkFolder"/> holds goes on with its own seed when this is null.</remarks>
    public int? Seed { get; init; }

    /// <summary>Gets the folder in which a training survives a stop: run again with the same folder, it goes on. The default is null: the training is kept in memory alone.</summary>
    /// <inheritdoc cref="NullsBundleOptions.WorkFolder" path="/remarks"/>
    public string? WorkFolder { get; init; }

    /// <summary>Gets who is told how training goes. The default is nobody; the lines on <c>MLContext.Log</c> appear in any case.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Gets what stops a training early, with an <see cref="OperationCanceledException"/>. The default never does.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Gets how texts are continued. The default, null, means that they are not, and that there is no completion column.</summary>
    public GenerationOptions? Generation { get; init; }

    /// <summary>Checks every value that does not depend on the data.</summary>
    /// <exception cref="ArgumentException">A value is outside its range, or values do not fit each other.</exception>
    public void Validate()
    {
        ToScoring().Validate();
        ToBundle(device: "cpu", seed: 0).Validate();
    }

    internal ScoringSettings ToScoring() => new()
    {
        TextColumnName = TextColumnName,
        SourceColumnName = SourceColumnName,
        ScoreColumnName = ScoreColumnName,
        TokenLogProbabilitiesColumnName = TokenLogProbabilitiesColumnName,
        TokenCountColumnName = TokenCountColumnName,
        SinkStateColumnName = SinkStateColumnName,
        SinkSourcesColumnName = SinkSourcesColumnName,
        FeaturesColumnName = FeaturesColumnName,
        CompletionColumnName = CompletionColumnName,
        BatchSize = BatchSize,
        ScoringPrecision = ScoringPrecision,
        Generation = Generation,
    };

    internal NullsBundleOptions ToBundle(string device, int seed) => new()
    {
        Model = Model,
        Training = Training,
        Tokenizer = Tokenizer,
        Routing = Routing,
        ReportsRoutedSources = ReportsRoutedSources,
        KeepSourceKeys = KeepSourceKeys,
        WorkFolder = WorkFolder,
        Device = device,
        ScoringPrecision = ScoringPrecision,
        Seed = seed,
    };
}
