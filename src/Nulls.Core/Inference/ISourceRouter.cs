using Nulls.Sources;

namespace Nulls.Inference;

/// <summary>Finds the sources whose sinks should read a text that has none of its own.</summary>
/// <remarks>
/// <para>A model need not trust it: whatever it answers, the sinks of an unlearned, erased or unknown source never run, no source
/// runs twice, and no more run than were asked for. What is left out is asked for again, a few times; when no source is left, the
/// backbone runs alone.</para>
/// <para>Called from many threads at once. An exception reaches the caller of the scoring.</para>
/// </remarks>
public interface ISourceRouter
{
    /// <summary>Finds the nearest sources of several texts.</summary>
    /// <param name="texts">The texts: prompts where there are prompts.</param>
    /// <param name="count">The most sources to find for each; at least 1.</param>
    /// <param name="isAdmissible">Says whether a source may be found: the model knows it and it is not unlearned.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>For each text, in order, its sources: the nearest first, none when none is near.</returns>
    IReadOnlyList<IReadOnlyList<RoutedSource>> Nearest(
        IReadOnlyList<string> texts, int count, Func<SourceId, bool> isAdmissible, CancellationToken cancellationToken = default);

    /// <summary>Finds the nearest sources of several texts, and holds no thread while it waits. A served model asks so, before its requests wait for the model; <see cref="Nearest"/> is asked where only a thread can wait, as in a data view.</summary>
    /// <remarks>Give it a body of your own where the search waits, such as for a server. The default calls <see cref="Nearest"/>.</remarks>
    /// <param name="texts">The texts: prompts where there are prompts.</param>
    /// <param name="count">The most sources to find for each; at least 1.</param>
    /// <param name="isAdmissible">Says whether a source may be found: the model knows it and it is not unlearned.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>What <see cref="Nearest"/> returns.</returns>
    Task<IReadOnlyList<IReadOnlyList<RoutedSource>>> NearestAsync(
        IReadOnlyList<string> texts, int count, Func<SourceId, bool> isAdmissible, CancellationToken cancellationToken = default) =>
        Task.FromResult(Nearest(texts, count, isAdmissible, cancellationToken));
}
