namespace Nulls.Evaluation.Suite;

/// <summary>Everything that a proof found: every number by system, metric, facts and seed, the claims, and what was not run.</summary>
/// <remarks>Immutable. Names of sources that were forgotten are not in it.</remarks>
public sealed record ProofReport
{
    /// <summary>Gets the corpus' name.</summary>
    public required string Corpus { get; init; }

    /// <summary>Gets the form of the suite: <c>quick</c>, <c>standard</c>, <c>full</c>.</summary>
    public required string Form { get; init; }

    /// <summary>Gets the name of what was forgotten: <c>forget10</c>.</summary>
    public required string ForgetSet { get; init; }

    /// <summary>Gets the number of sources of the corpus.</summary>
    public required int SourceCount { get; init; }

    /// <summary>Gets the number of sources that were forgotten.</summary>
    public required int ForgottenCount { get; init; }

    /// <summary>Gets the seeds, each a training of every system.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>Gets when the report was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>Gets the time that was computed, over all runs that filled the cache.</summary>
    public required TimeSpan Computed { get; init; }

    /// <summary>Gets the versions and the machine, one line: library, runtime, processor, threads, precision.</summary>
    public required string Environment { get; init; }

    /// <summary>Gets the systems, in the order of a table.</summary>
    public required IReadOnlyList<ProofSystem> Systems { get; init; }

    /// <summary>Gets every number.</summary>
    public required IReadOnlyList<ProofMeasurement> Measurements { get; init; }

    /// <summary>Gets the claims.</summary>
    public required IReadOnlyList<ProofClaim> Claims { get; init; }

    /// <summary>Gets what was not run.</summary>
    public required IReadOnlyList<ProofOmission> NotRun { get; init; }

    /// <summary>Gets what trainings warned of, each once: sources too few or too long, say.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
