namespace Nulls.Evaluation.Systems;

/// <summary>How a finished model is trained to forget.</summary>
internal sealed record PostHocOptions
{
    /// <summary>Gets the method.</summary>
    public required PostHocMethod Method { get; init; }

    /// <summary>Gets the learning rate of AdamW. The default is 1e-3.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Gets the number of steps. The default is 20.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Gets the sequences to forget that a step reads, and as many others. The default is 16.</summary>
    public int SequencesPerStep { get; init; } = 16;

    /// <summary>Gets the inverse temperature of NPO and SimNPO. The default is 0.1.</summary>
    public double Beta { get; init; } = 0.1;

    /// <summary>Gets the margin of SimNPO. The default is 0.</summary>
    public double Gamma { get; init; }

    /// <summary>Gets the weight of what is to be kept. The default is 1; gradient ascent has none.</summary>
    public double RetainWeight { get; init; } = 1;

    /// <summary>Gets the layer, counted from 0, after which RMU steers the states; the default, null, is the middle one, or the last of the first half.</summary>
    public int? SteeringLayer { get; init; }

    /// <summary>Gets the length of RMU's random direction. The default is 6.5.</summary>
    public double SteeringLength { get; init; } = 6.5;

    /// <summary>Gets the seed of the order of texts and of RMU's direction. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>The small grid in which each method is tuned: three learning rates, low ones for methods that know no bound and high ones for those that train few weights; two lengths and, where there is one, two strengths; RMU, with 100 steps where others have 30 and, steered ten times as far, 30 times the weight on what is to be kept.</summary>
    public static IReadOnlyList<PostHocOptions> Grid(PostHocMethod method, int seed) =>
    [
        ..
        from learningRate in (double[])(method switch
        {
            PostHocMethod.GradientAscent or PostHocMethod.GradientDifference => [1e-4, 3e-4, 1e-3],
            PostHocMethod.Rmu => [1e-3, 3e-3, 1e-2],
            _ => [3e-4, 1e-3, 3e-3],
        })
        from steps in (int[])(method == PostHocMethod.Rmu ? [30, 100] : [10, 30])
        from strength in (double[])(method is PostHocMethod.GradientAscent or PostHocMethod.GradientDifference ? [1] : [1, 10])
        select new PostHocOptions
        {
            Method = method, LearningRate = learningRate, Steps = steps, Seed = seed,
            Beta = (method == PostHocMethod.SimNpo ? 0.5 : 0.1) * strength, SteeringLength = 6.5 * strength,
            // Ten times the length makes a hundred times the loss, which would leave nothing of what is to be kept.
            RetainWeight = method == PostHocMethod.Rmu && strength > 1 ? 30 : 1,
        },
    ];
}
