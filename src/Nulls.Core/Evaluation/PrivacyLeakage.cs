namespace Nulls.Evaluation;

/// <summary>How far a membership attack's success on an unlearned model is from that on a retrained one: MUSE's PrivLeak (arXiv:2407.06460).</summary>
/// <remarks>
/// 100 (A - A') / A', where A and A' are the attack's areas under the curve against the unlearned and the retrained model, counted so
/// that 1 means "the forgotten texts look the least like members"; that is 1 - the usual area, as in OpenUnlearning. Per cent. Near 0:
/// the models look alike. Far below: texts are still known (under-unlearned). Far above: made unlikely, which betrays them too.
/// </remarks>
public static class PrivacyLeakage
{
    /// <summary>Computes the privacy leakage.</summary>
    /// <param name="area">The area under the curve against the unlearned model (<see cref="MembershipInference.AreaUnderCurve"/>), from 0 to 1.</param>
    /// <param name="retrainedArea">That against the retrained model on the same texts, from 0 to 1.</param>
    /// <returns>From -100 per cent; infinite or NaN when the retrained model's area is 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An area is not from 0 to 1.</exception>
    public static double Of(double area, double retrainedArea)
    {
        Check(area, nameof(area));
        Check(retrainedArea, nameof(retrainedArea));
        return 100 * (retrainedArea - area) / (1 - retrainedArea);
    }

    private static void Check(double area, string name)
    {
        if (!(area is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(name, area, "An area under the curve is from 0 to 1.");
    }
}
