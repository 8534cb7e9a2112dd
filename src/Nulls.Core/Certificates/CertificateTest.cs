using Nulls.Evaluation;

namespace Nulls.Certificates;

/// <summary>A row of a certificate: a test and what came of it, or that it was not run and why.</summary>
public sealed record CertificateTest
{
    /// <summary>Gets the test's name, a code such as <c>own-loss-rise</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what the test is about.</summary>
    public required CertificateThreat Threat { get; init; }

    /// <summary>Gets what came of it.</summary>
    public required CertificateVerdict Verdict { get; init; }

    /// <summary>Gets how the test is made and on what, in a sentence; of a test that was not run, why.</summary>
    public required string Explanation { get; init; }

    /// <summary>Gets the number that was measured; null when none was.</summary>
    public double? Value { get; init; }

    /// <summary>Gets the number's 95 % interval; null when it is not known.</summary>
    public ConfidenceInterval? Interval { get; init; }

    /// <summary>Gets how many things it was measured on. The default is 0.</summary>
    public int Count { get; init; }

    /// <summary>Gets what the verdict holds the number against, in words; null when there is no threshold.</summary>
    public string? Threshold { get; init; }

    /// <summary>Checks that the row says one thing.</summary>
    /// <exception cref="ArgumentException">A text is missing, a number is not finite, or a test that was run has no number, or one that was not has one.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentException.ThrowIfNullOrWhiteSpace(Explanation);
        if (!Enum.IsDefined(Verdict) || !Enum.IsDefined(Threat))
            throw new ArgumentException($"Test '{Name}' has an unknown verdict or threat.");
        if (Verdict == CertificateVerdict.NotRun && (Value is not null || Interval is not null || Count != 0))
            throw new ArgumentException($"Test '{Name}' was not run, but has a number. Give its verdict, or leave the number out.");
        if (Verdict != CertificateVerdict.NotRun && !(Value is { } value && double.IsFinite(value) && Count >= 1))
            throw new ArgumentException($"Test '{Name}' has the verdict {Verdict}, but no finite number measured on 1 thing or more. A test that measured nothing was not run.");
        if (Interval is { } interval && !(double.IsFinite(interval.Lower) && double.IsFinite(interval.Upper) && interval.Lower <= interval.Upper))
            throw new ArgumentException($"Test '{Name}' has an interval that is none.");
        if (Verdict is CertificateVerdict.Passed or CertificateVerdict.Failed or CertificateVerdict.Inconclusive && string.IsNullOrWhiteSpace(Threshold))
            throw new ArgumentException($"Test '{Name}' has the verdict {Verdict}, but says no threshold. Say what the number was held against, or give the verdict Measured.");
    }
}
