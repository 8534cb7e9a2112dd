namespace Nulls.Evaluation.Suite;

/// <summary>A part of a proof that is computed whole or not at all, and kept.</summary>
/// <param name="System">The system or model.</param>
/// <param name="Seed">The seed of its training.</param>
/// <param name="Stage">What is done, one word, which names the file that keeps it.</param>
/// <param name="Weight">What it costs, in about the seconds of a standard run on one core.</param>
/// <param name="Run">Computes it, telling which share is done.</param>
internal sealed record ProofTask(string System, int Seed, string Stage, double Weight, Func<Action<double>, StageResult> Run)
{
    /// <summary>Gets what is looked at once it is done, whether now or in an earlier run; it throws where going on would be pointless.</summary>
    public Action? Check { get; init; }
}
