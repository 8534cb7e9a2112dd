using Nulls.Sources;

namespace Nulls.Inference;

/// <summary>A user's router, of whose answers only surviving sources are believed.</summary>
/// <param name="router">The router.</param>
/// <param name="sources">Who contributed.</param>
/// <param name="isUnlearned">Says whether a source, by index, is unlearned.</param>
/// <param name="answers">What was found before, by text, with the same router and count. An answer of which a source is no longer believed is asked for anew.</param>
internal sealed class GuardedRouter(ISourceRouter router, SourceRegistry sources, Func<int, bool> isUnlearned, IReadOnlyDictionary<string, IReadOnlyList<RoutedSource>> answers)
{
    // A router that does not look at isAdmissible is asked for four times as many, and three times at most.
    private const int Rounds = 4;
    private const int Growth = 4;

    /// <summary>Finds, for each text, at most <paramref name="count"/> surviving sources, each once.</summary>
    /// <exception cref="InvalidOperationException">The router gave no answer for a text.</exception>
    public List<SourceMatch>[] Nearest(IReadOnlyList<string> texts, int count, CancellationToken cancellationToken) =>
        FindAsync(texts, count, (open, asked) => Task.FromResult(router.Nearest(open, asked, IsAdmissible, cancellationToken)), cancellationToken).GetAwaiter().GetResult();

    /// <summary>Finds the same, and holds no thread while the router waits.</summary>
    /// <exception cref="InvalidOperationException">The router gave no answer for a text.</exception>
    public Task<List<SourceMatch>[]> NearestAsync(IReadOnlyList<string> texts, int count, CancellationToken cancellationToken) =>
        FindAsync(texts, count, (open, asked) => router.NearestAsync(open, asked, IsAdmissible, cancellationToken), cancellationToken);

    private async Task<List<SourceMatch>[]> FindAsync(
        IReadOnlyList<string> texts, int count, Func<IReadOnlyList<string>, int, Task<IReadOnlyList<IReadOnlyList<RoutedSource>>>> ask, CancellationToken cancellationToken)
    {
        var found = new List<SourceMatch>[texts.Count];
        for (var i = 0; i < found.Length; i++)
            found[i] = answers.TryGetValue(texts[i], out var before) && Believe(before, count) is var believed && believed.Count == before.Count ? believed : null!; // Asked for below.
        int[] open = [.. Enumerable.Range(0, texts.Count).Where(i => found[i] is null)];
        var asked = count;
        for (var round = 0; round < Rounds && open.Length > 0; round++, asked = (int)Math.Min((long)asked * Growth, int.MaxValue))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var given = await ask([.. open.Select(text => texts[text])], asked).ConfigureAwait(false);
            if (given is null || given.Count != open.Length)
                throw new InvalidOperationException($"A source router must give one answer a text: '{router.GetType()}' was asked about {open.Length} texts and gave {(given is null ? "null" : $"{given.Count} answers")}.");

            var again = new List<int>();
            for (var i = 0; i < open.Length; i++)
            {
                var answer = given[i] ?? throw new InvalidOperationException($"A source router must give an empty list when no source is near: '{router.GetType()}' gave null for text {open[i]}.");
                found[open[i]] = Believe(answer, count);
                // A short answer is all that there is.
                if (found[open[i]].Count < count && answer.Count >= asked)
                    again.Add(open[i]);
            }

            open = [.. again];
        }

        return found;
    }

    private List<SourceMatch> Believe(IReadOnlyList<RoutedSource> answer, int count)
    {
        var believed = new List<SourceMatch>(count);
        foreach (var (id, score) in answer)
        {
            if (believed.Count == count)
                break;
            if (TryAdmit(id, out var source) && !believed.Exists(match => match.Source == source))
                believed.Add(new SourceMatch(source, score));
        }

        return believed;
    }

    private bool IsAdmissible(SourceId id) => TryAdmit(id, out _);

    private bool TryAdmit(SourceId id, out int source) => sources.TryGetIndex(id, out source) && !sources.IsErased(source) && !isUnlearned(source);
}
