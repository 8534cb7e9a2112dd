using Nulls.MLNet;

namespace Nulls.Examples;

/// <summary>What the command line asks for.</summary>
/// <param name="Corpus">A file of real articles, or null for the fictional encyclopedia.</param>
/// <param name="Sources">How many of the file's articles are sources; the others are general text.</param>
/// <param name="General">A file of more general text, or null.</param>
/// <param name="Out">The folder for the model and the report.</param>
/// <param name="Work">The folder in which trainings survive a stop, or null to keep them in memory alone.</param>
/// <param name="IsSmall">Whether the run is the small one, of a minute.</param>
/// <param name="Seed">What everything random is drawn by.</param>
/// <param name="CancellationToken">Cancelled when the user wants to stop.</param>
internal sealed record QuickstartOptions(
    string? Corpus, int Sources, string? General, string Out, string? Work, bool IsSmall, int Seed, CancellationToken CancellationToken)
{
    // The default would be longer than a run.
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(10);

    /// <summary>Adds to a recipe where its training is kept, and what stops it.</summary>
    /// <param name="recipe">The sizes and rates.</param>
    /// <param name="training">The training's own folder in <see cref="Work"/>.</param>
    public NullsOptions Apply(NullsOptions recipe, string training) => recipe with
    {
        WorkFolder = Work is null ? null : Path.Combine(Work, training),
        Training = recipe.Training with { CheckpointInterval = BetweenCheckpoints },
        CancellationToken = CancellationToken,
    };
}
