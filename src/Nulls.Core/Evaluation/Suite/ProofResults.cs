namespace Nulls.Evaluation.Suite;

/// <summary>What was found so far, part by part. Safe for several threads.</summary>
internal sealed class ProofResults
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ProofPart, StageResult> _stages = [];
    private readonly Dictionary<ProofPart, int> _order = [];

    /// <summary>Says in which order parts are told of, whichever is done first.</summary>
    public void Order(IEnumerable<ProofPart> parts)
    {
        foreach (var part in parts)
            _order.Add(part, _order.Count);
    }

    public void Add(ProofPart part, StageResult result)
    {
        lock (_lock)
            _stages[part] = result;
    }

    public double Seconds => Ordered().Sum(stage => stage.Result.Seconds);

    public IEnumerable<ProofMeasurement> Measurements => Ordered().SelectMany(stage => stage.Result.Measurements);

    /// <summary>What trainings warned of, each once.</summary>
    public IEnumerable<string> Warnings => Ordered().SelectMany(stage => stage.Result.Warnings).Distinct();

    /// <summary>Finds the single values of a system; null where they were not measured.</summary>
    public double[]? Samples(string system, int seed, string stage, string name)
    {
        lock (_lock)
            return _stages.TryGetValue(new ProofPart(system, seed, stage), out var result) ? result.Samples.GetValueOrDefault(name) : null;
    }

    /// <summary>Finds a number of a system; null where it was not measured.</summary>
    public ProofMeasurement? Find(string system, int seed, string metric, string type) =>
        Measurements.FirstOrDefault(number => number.System == system && number.Seed == seed && number.Metric == metric && number.FactType == type && number.Step is null);

    /// <summary>What a system was trained, tuned or attacked with, each once.</summary>
    public string SettingsOf(string system, string model) =>
        string.Join("; ", Ordered().Where(stage => stage.Part.System == system || stage.Part.System == model).Select(stage => stage.Result.Settings).Where(settings => settings.Length > 0).Distinct());

    private (ProofPart Part, StageResult Result)[] Ordered()
    {
        lock (_lock)
            return [.. _stages.OrderBy(stage => _order[stage.Key]).Select(stage => (stage.Key, stage.Value))];
    }
}
