namespace Nulls.Evaluation.Systems;

/// <summary>One point of the grid, as it did on the validation part.</summary>
/// <param name="Options">The method and its numbers.</param>
/// <param name="ForgetQuality">How well it forgot, from 0 to 1, 1 being as if never trained.</param>
/// <param name="Utility">What it still knows, from 0 to 1.</param>
internal sealed record PostHocTrial(PostHocOptions Options, double ForgetQuality, double Utility)
{
    /// <summary>Gets the harmonic mean of both, which is low when either is.</summary>
    public double Score => ForgetQuality <= 0 || Utility <= 0 ? 0 : 2 / ((1 / ForgetQuality) + (1 / Utility));

    /// <summary>Tries a grid and returns every trial, the best first.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="forget">The texts to forget.</param>
    /// <param name="retain">Texts like those that are to be kept.</param>
    /// <param name="grid">The points.</param>
    /// <param name="validate">Measures forget quality and utility on facts that are asked nowhere else.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static IReadOnlyList<PostHocTrial> RunAll(
        NullsBundle bundle, IReadOnlyList<Text.Document> forget, IReadOnlyList<Text.Document> retain, IReadOnlyList<PostHocOptions> grid,
        Func<NullsBundle, (double ForgetQuality, double Utility)> validate, CancellationToken cancellationToken = default)
    {
        var trials = new List<PostHocTrial>();
        foreach (var options in grid)
        {
            using var forgetful = PostHocUnlearning.Run(bundle, forget, retain, options, cancellationToken);
            var (quality, utility) = validate(forgetful);
            trials.Add(new PostHocTrial(options, quality, utility));
        }

        return [.. trials.OrderByDescending(trial => trial.Score)];
    }
}
