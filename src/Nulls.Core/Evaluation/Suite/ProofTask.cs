namespace Nulls.Evaluation.Suite;

/// <summary>Names a part of a proof.</summary>
/// <param name="System">The system or model.</param>
/// <param name="Seed">The seed of its training.</param>
/// <param name="Stage">What is done, one word, which names the file that keeps it.</param>
internal readonly record struct ProofPart(string System, int Seed, string Stage);

/// <summary>A part of a proof that is computed whole or not at all, and kept.</summary>
/// <param name="Part">Which it is.</param>
/// <param name="Weight">What it costs, in about the seconds of a standard run on one core.</param>
/// <param name="Run">Computes it, telling which share is done.</param>
internal sealed record ProofTask(ProofPart Part, double Weight, Func<Action<double>, StageResult> Run)
{
    /// <summary>Gets which others it belongs to: parts of a lower number are begun first.</summary>
    public int Round { get; init; }

    /// <summary>Gets the parts that must be there before.</summary>
    public IReadOnlyList<ProofPart> After { get; init; } = [];

    /// <summary>Gets what is looked at once it is done, whether now or in an earlier run; it throws where going on would be pointless.</summary>
    public Action? Check { get; init; }
}
