namespace Nulls.Training;

/// <summary>A linear rise from 0, then half a cosine down to a share of the peak (arXiv:1608.03983).</summary>
internal readonly record struct LearningRateSchedule(double Peak, int StepCount, int WarmUpSteps, double FinalShare)
{
    /// <summary>The learning rate of a step, counted from 0.</summary>
    public double At(int step)
    {
        var warmUp = Math.Min(WarmUpSteps, StepCount / 10);
        if (step < warmUp)
            return Peak * (step + 1) / warmUp;

        var progress = (double)(step - warmUp) / Math.Max(1, StepCount - warmUp);
        return Peak * (FinalShare + ((1 - FinalShare) * 0.5 * (1 + Math.Cos(Math.PI * progress))));
    }
}
