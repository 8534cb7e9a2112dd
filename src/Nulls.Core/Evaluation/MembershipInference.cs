namespace Nulls.Evaluation;

/// <summary>How well a membership attack tells texts that a model may have been trained on from texts that it was not.</summary>
/// <remarks>
/// After unlearning, compare with a model retrained without the texts, not with 0.5: the two sets of texts can differ in ways that no
/// training made. An area below that of the retrained model betrays a text too, as one that was made unlikely.
/// </remarks>
public sealed record MembershipInference
{
    /// <summary>The false-positive rate at which <see cref="TruePositiveRate"/> is told: 1 %.</summary>
    public const double FalsePositiveRate = 0.01;

    /// <summary>Gets the probability that a member has the higher score than a non-member. From 0 to 1; chance is 0.5.</summary>
    public required double AreaUnderCurve { get; init; }

    /// <summary>Gets the interval of <see cref="AreaUnderCurve"/>, by DeLong.</summary>
    public required ConfidenceInterval AreaInterval { get; init; }

    /// <summary>Gets the share of members that are found when at most 1 % of non-members are taken for members. From 0 to 1; chance is .01.</summary>
    public required double TruePositiveRate { get; init; }

    /// <summary>Gets the Wilson interval of <see cref="TruePositiveRate"/>, for its threshold.</summary>
    public required ConfidenceInterval TruePositiveRateInterval { get; init; }

    /// <summary>Gets the number of members.</summary>
    public required int MemberCount { get; init; }

    /// <summary>Gets the number of non-members; with fewer than 100, 1 % of them is none.</summary>
    public required int NonMemberCount { get; init; }

    /// <summary>Measures an attack.</summary>
    /// <param name="memberScores">The scores (<see cref="MembershipScore"/>) of texts that may have been trained on: the forget set.</param>
    /// <param name="nonMemberScores">Those of like texts that never were: the holdout.</param>
    /// <exception cref="ArgumentException">There are no scores of one kind, or one is not a number.</exception>
    public static MembershipInference Of(IReadOnlyList<double> memberScores, IReadOnlyList<double> nonMemberScores)
    {
        var curve = new RocCurve(memberScores, nonMemberScores);
        var (rate, interval) = curve.TruePositiveRateAt(FalsePositiveRate);
        return new MembershipInference
        {
            AreaUnderCurve = curve.AreaUnderCurve,
            AreaInterval = curve.AreaInterval,
            TruePositiveRate = rate,
            TruePositiveRateInterval = interval,
            MemberCount = memberScores.Count,
            NonMemberCount = nonMemberScores.Count,
        };
    }
}
