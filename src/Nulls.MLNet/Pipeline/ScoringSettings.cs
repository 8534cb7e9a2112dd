using System.Text.Json.Serialization;
using Nulls.Inference;
using Nulls.Model;

namespace Nulls.MLNet.Pipeline;

/// <summary>What a trained model needs to know of its pipeline: saved with it as <c>pipeline.json</c>. The members are those of <see cref="NullsOptions"/>.</summary>
internal sealed record ScoringSettings
{
    public required string TextColumnName { get; init; }
    public required string SourceColumnName { get; init; }
    public required string ScoreColumnName { get; init; }
    public required string TokenLogProbabilitiesColumnName { get; init; }
    public required string TokenCountColumnName { get; init; }
    public required string SinkStateColumnName { get; init; }
    public required string SinkSourcesColumnName { get; init; }
    public required string FeaturesColumnName { get; init; }
    public required string CompletionColumnName { get; init; }
    public required int BatchSize { get; init; }
    [JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
    public Precision ScoringPrecision { get; init; } = Precision.Float32;
    public GenerationOptions? Generation { get; init; }

    public void Validate()
    {
        RequireName(TextColumnName, nameof(TextColumnName));
        RequireName(SourceColumnName, nameof(SourceColumnName));
        if (TextColumnName == SourceColumnName)
            throw new ArgumentException($"Text and source are two columns, but TextColumnName and SourceColumnName are both '{TextColumnName}'.", nameof(SourceColumnName));

        var taken = new Dictionary<string, string>();
        foreach (var (option, name) in OutputNames())
        {
            RequireName(name, option);
            if (!taken.TryAdd(name, option))
                throw new ArgumentException($"Output columns need names of their own, but {taken[name]} and {option} are both '{name}'.", option);
        }

        if (BatchSize < 1)
            throw new ArgumentOutOfRangeException(nameof(BatchSize), BatchSize, "A model call scores at least 1 row: set BatchSize to 1 or more.");
        Generation?.Validate();
    }

    private IEnumerable<(string Option, string Name)> OutputNames() =>
    [
        (nameof(ScoreColumnName), ScoreColumnName),
        (nameof(TokenLogProbabilitiesColumnName), TokenLogProbabilitiesColumnName),
        (nameof(TokenCountColumnName), TokenCountColumnName),
        (nameof(SinkStateColumnName), SinkStateColumnName),
        (nameof(SinkSourcesColumnName), SinkSourcesColumnName),
        (nameof(FeaturesColumnName), FeaturesColumnName),
        (nameof(CompletionColumnName), CompletionColumnName),
    ];

    private static void RequireName(string name, string option)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException($"A column needs a name: {option} is empty.", option);
    }
}
