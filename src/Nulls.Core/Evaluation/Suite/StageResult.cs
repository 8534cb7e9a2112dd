using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nulls.Evaluation.Suite;

/// <summary>What one part of a proof found: the numbers, and the single values that are compared between systems later.</summary>
/// <param name="Measurements">The numbers.</param>
/// <param name="Samples">Single values by name: truth ratios, scores of texts.</param>
[method: JsonConstructor]
internal sealed record StageResult(IReadOnlyList<ProofMeasurement> Measurements, IReadOnlyDictionary<string, double[]> Samples)
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, WriteIndented = true };

    public StageResult(IReadOnlyList<ProofMeasurement> measurements)
        : this(measurements, new Dictionary<string, double[]>())
    {
    }

    /// <summary>Gets how long it took, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Gets what was tuned or spent, one line; empty where there is nothing to tell.</summary>
    public string Settings { get; init; } = "";

    /// <summary>Gets what a training warned of.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public void Save(Stream stream) => JsonSerializer.Serialize(stream, this, Json);

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static StageResult Load(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<StageResult>(stream, Json) ?? throw new JsonException("it is empty");
        }
        catch (JsonException cause)
        {
            throw new InvalidDataException($"The measurements in '{path}' are damaged: {cause.Message} Delete the file; they are made again.", cause);
        }
    }
}
