using System.Globalization;
using Nulls.Evaluation;
using Nulls.Inference;

namespace Nulls.Certificates;

/// <summary>The tests that need only the two models and some texts: whether the measure took effect, what others lost, membership, and recitation.</summary>
/// <remarks>
/// What cannot be tested with the texts given is a row that says so. A test with a bound passes when all of its interval is within it, so
/// that few texts do not pass for a good result; one that allows none, or asks for all, passes when what was looked at has none, or all,
/// and its interval tells how little that may say.
/// </remarks>
public static class CertificateTestRun
{
    /// <summary>The fewest texts of either kind on which membership is tested: 20.</summary>
    public const int FewestForMembership = 20;

    private const int SpanLength = 20;
    private const double GreatestDistanceFromChance = 0.1;

    /// <summary>Reads the texts in both models, and tests.</summary>
    /// <param name="before">The model before: with the sources' own sinks on.</param>
    /// <param name="after">The model after.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops between two readings.</param>
    /// <exception cref="ArgumentException">There is no forgotten text, one has no source, or a text has no tokens.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">A bundle is disposed.</exception>
    public static IReadOnlyList<CertificateTest> Run(NullsBundle before, NullsBundle after, CertificateTexts texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Forgotten.Count == 0)
            throw new ArgumentException("There is no text of an unlearned source: tests of forgetting need at least one.", nameof(texts));
        foreach (var request in texts.Forgotten.Concat(texts.Survivors))
        {
            if (string.IsNullOrEmpty(request.Source))
                throw new ArgumentException("A text has no source, but the texts of unlearned sources and of those that stay each need their source's key.", nameof(texts));
        }

        var known = Read(before, texts.Forgotten);
        var forgotten = Read(after, texts.Forgotten);
        ScoringRequest[] unseenTexts = [.. texts.Unseen.Select(text => new ScoringRequest(text, null))];
        var unseen = Read(after, unseenTexts);
        var survivorsBefore = Read(before, texts.Survivors);
        var survivorsAfter = Read(after, texts.Survivors);
        return
        [
            SinksOff(forgotten),
            Rise("own-loss-rise", "Loss on the sources' own texts after, less that before with their own neurons on, in nats a token.", known, forgotten, mustRise: true),
            .. unseen.Count == 0 ? [] : new[] { AgainstUnseen(forgotten, unseen) },
            .. survivorsAfter.Count == 0 ? [] : new[]
            {
                Unchanged(survivorsBefore, survivorsAfter, before.ModelDigest == after.ModelDigest),
                Rise("survivors-loss-rise", "Loss on texts of sources that stay, after less before, in nats a token.", survivorsBefore, survivorsAfter, mustRise: false),
            },
            Membership(forgotten, unseen),
            Recited(known, forgotten),
        ];

        IReadOnlyList<ScoringResult> Read(NullsBundle bundle, IReadOnlyList<ScoringRequest> requests)
        {
            var results = bundle.Score(requests, ScoringOutputs.LogProbabilities | ScoringOutputs.SinkState, cancellationToken: cancellationToken);
            return results.All(result => !float.IsNaN(result.Score)) ? results : throw new ArgumentException("A text has no tokens: leave it out.", nameof(texts));
        }
    }

    private static CertificateTest SinksOff(IReadOnlyList<ScoringResult> forgotten)
    {
        var own = forgotten.Count(result => result.SinkState == SinkState.Own);
        return ShareOf(
            "own-sinks-off", CertificateThreat.Effect, "Share of the sources' own texts, given with their source, for which the source's neurons ran in the model after.",
            own, forgotten.Count, own == 0, "for none");
    }

    private static CertificateTest Rise(string name, string explanation, IReadOnlyList<ScoringResult> before, IReadOnlyList<ScoringResult> after, bool mustRise)
    {
        var rise = MetricResult.OfMean(name, [.. before.Zip(after, (was, now) => (double)was.Score - now.Score)]);
        var verdict = (mustRise, rise.Interval) switch
        {
            (true, { Lower: > 0 }) => CertificateVerdict.Passed,
            (true, { Upper: <= 0 }) => CertificateVerdict.Failed,
            (true, not null) => CertificateVerdict.Inconclusive,
            _ => CertificateVerdict.Measured,
        };
        return new CertificateTest
        {
            Name = name, Threat = CertificateThreat.Effect, Verdict = verdict, Explanation = explanation,
            Value = rise.Value, Interval = rise.Interval, Count = rise.Count, Threshold = verdict == CertificateVerdict.Measured ? null : "above 0",
        };
    }

    private static CertificateTest AgainstUnseen(IReadOnlyList<ScoringResult> forgotten, IReadOnlyList<ScoringResult> unseen)
    {
        var (own, other) = (MetricResult.OfMean("own", [.. forgotten.Select(result => -(double)result.Score)]), MetricResult.OfMean("unseen", [.. unseen.Select(result => -(double)result.Score)]));
        var difference = own.Value - other.Value;
        // The two sets are independent, so their variances add.
        var margin = own.StandardError is { } first && other.StandardError is { } second ? ConfidenceInterval.StandardErrors * Math.Sqrt((first * first) + (second * second)) : (double?)null;
        return new CertificateTest
        {
            Name = "loss-against-unseen", Threat = CertificateThreat.Effect, Verdict = CertificateVerdict.Measured,
            Explanation = string.Create(CultureInfo.InvariantCulture, $"Loss on the sources' texts less that on {unseen.Count} like texts that were never trained on, both after, in nats a token. Far below 0 tells of something kept; the two sets can also differ by themselves."),
            Value = difference, Interval = margin is { } width ? new ConfidenceInterval(difference - width, difference + width) : null, Count = forgotten.Count,
        };
    }

    private static CertificateTest Unchanged(IReadOnlyList<ScoringResult> before, IReadOnlyList<ScoringResult> after, bool isSameWeights)
    {
        var same = before.Zip(after).Count(pair => pair.First.TokenLogProbabilities.SequenceEqual(pair.Second.TokenLogProbabilities));
        var share = ShareOf(
            "survivors-unchanged", CertificateThreat.Effect, "Share of texts of sources that stay whose every token has the same probability as before, to the last bit.",
            same, before.Count, same == before.Count, "for all");
        // Erasing takes shared sinks, and so changes some: only where no weight changed must all be equal.
        return isSameWeights ? share : share with { Verdict = CertificateVerdict.Measured, Threshold = null };
    }

    private static CertificateTest Membership(IReadOnlyList<ScoringResult> forgotten, IReadOnlyList<ScoringResult> unseen)
    {
        const string Name = "membership-loss-attack";
        if (forgotten.Count < FewestForMembership || unseen.Count < FewestForMembership)
        {
            return NotRun(Name, CertificateThreat.MembershipInference, string.Create(
                CultureInfo.InvariantCulture, $"It needs {FewestForMembership} texts of the sources and as many like texts that were never trained on; there were {forgotten.Count} and {unseen.Count}."));
        }

        var attack = MembershipInference.Of([.. forgotten.Select(result => MembershipScore.Loss(result.Score))], [.. unseen.Select(result => MembershipScore.Loss(result.Score))]);
        var (lower, upper) = (attack.AreaInterval.Lower, attack.AreaInterval.Upper);
        const double Low = 0.5 - GreatestDistanceFromChance, High = 0.5 + GreatestDistanceFromChance;
        return new CertificateTest
        {
            Name = Name, Threat = CertificateThreat.MembershipInference,
            Verdict = lower >= Low && upper <= High ? CertificateVerdict.Passed : upper < Low || lower > High ? CertificateVerdict.Failed : CertificateVerdict.Inconclusive,
            Explanation = string.Create(CultureInfo.InvariantCulture, $"Area under the curve of the attack by loss that tells the sources' texts from {unseen.Count} like texts that were never trained on; 0.5 is chance. The sets can differ by themselves: a model trained without the sources is the true measure."),
            Value = attack.AreaUnderCurve, Interval = attack.AreaInterval, Count = forgotten.Count,
            Threshold = string.Create(CultureInfo.InvariantCulture, $"from {Low:0.0} to {High:0.0}"),
        };
    }

    internal static CertificateTest Recited(IReadOnlyList<ScoringResult> before, IReadOnlyList<ScoringResult> after)
    {
        const string Name = "recited-spans";
        var stretches = after.SelectMany(Stretches).ToArray();
        if (stretches.Length == 0)
            return NotRun(Name, CertificateThreat.Regurgitation, string.Create(CultureInfo.InvariantCulture, $"No text of the sources has {SpanLength} tokens."));
        var (recited, once) = (stretches.Count(isRecited => isRecited), before.SelectMany(Stretches).Count(isRecited => isRecited));
        return ShareOf(
            Name, CertificateThreat.Regurgitation,
            string.Create(CultureInfo.InvariantCulture, $"Share of the stretches of {SpanLength} tokens of the sources' texts in which a span of {SpanLength} tokens ends that the model writes exactly, given the true text before it. Before: {once} of {stretches.Length}. Spans that others say too count."),
            recited, stretches.Length, recited == 0, "for none");
    }

    // Spans overlap and are not independent trials, so neighbours count as one; none is missed.
    private static IEnumerable<bool> Stretches(ScoringResult result)
    {
        var isEnd = new bool[result.TokenIsTop.Count];
        var run = 0;
        for (var end = 0; end < isEnd.Length; end++)
        {
            run = result.TokenIsTop[end] ? run + 1 : 0;
            isEnd[end] = run >= SpanLength;
        }

        return isEnd.Skip(SpanLength - 1).Chunk(SpanLength).Select(ends => ends.Contains(true));
    }

    private static CertificateTest ShareOf(string name, CertificateThreat threat, string explanation, int part, int whole, bool passes, string threshold) => new()
    {
        Name = name, Threat = threat, Verdict = passes ? CertificateVerdict.Passed : CertificateVerdict.Failed, Explanation = explanation,
        Value = (double)part / whole, Interval = ConfidenceInterval.Wilson(part, whole), Count = whole, Threshold = threshold,
    };

    private static CertificateTest NotRun(string name, CertificateThreat threat, string reason) =>
        new() { Name = name, Threat = threat, Verdict = CertificateVerdict.NotRun, Explanation = reason };
}
