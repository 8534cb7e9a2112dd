namespace Nulls.Evaluation.Suite;

/// <summary>What was found so far, by system, seed and stage.</summary>
internal sealed class ProofResults
{
    private readonly Dictionary<(string System, int Seed, string Stage), StageResult> _stages = [];

    public void Add(ProofTask task, StageResult result) => _stages[(task.System, task.Seed, task.Stage)] = result;

    public double Seconds => _stages.Values.Sum(stage => stage.Seconds);

    public IEnumerable<ProofMeasurement> Measurements => _stages.Values.SelectMany(stage => stage.Measurements);

    /// <summary>Finds the single values of a system; null where they were not measured.</summary>
    public double[]? Samples(string system, int seed, string stage, string name) =>
        _stages.TryGetValue((system, seed, stage), out var result) ? result.Samples.GetValueOrDefault(name) : null;

    /// <summary>Finds a number of a system; null where it was not measured.</summary>
    public ProofMeasurement? Find(string system, int seed, string metric, string type) =>
        Measurements.FirstOrDefault(number => number.System == system && number.Seed == seed && number.Metric == metric && number.FactType == type && number.Step is null);

    /// <summary>What a system was trained, tuned or attacked with, each once.</summary>
    public string SettingsOf(string system, string model) =>
        string.Join("; ", _stages.Where(stage => stage.Key.System == system || stage.Key.System == model).Select(stage => stage.Value.Settings).Where(settings => settings.Length > 0).Distinct());
}
