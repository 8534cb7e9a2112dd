using Nulls.Text;

namespace Nulls.Evaluation.Corpora;

/// <summary>All that a proof of unlearning needs: texts to train on with their sources, what to forget, questions whose answers are known, and texts never trained on.</summary>
/// <remarks>One shape for every corpus: <see cref="ProofCorpora"/> makes those that come with answers, and users make their own. Immutable.</remarks>
public sealed record ProofCorpus
{
    /// <summary>Gets the corpus' name, one word: <c>encyclopedia</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the texts of sources; one source may have several.</summary>
    public required IReadOnlyList<Document> Documents { get; init; }

    /// <summary>Gets the texts of no source, which train the backbone; the default is none, and few models isolate anything without.</summary>
    public IReadOnlyList<string> GeneralTexts { get; init; } = [];

    /// <summary>Gets what to unlearn, one experiment each.</summary>
    public required IReadOnlyList<ForgetSet> ForgetSets { get; init; }

    /// <summary>Gets the questions.</summary>
    public required IReadOnlyList<ProofProbe> Probes { get; init; }

    /// <summary>Gets texts of sources, each with its source, that a model may have learned word for word, whole sentences each; the default is <see cref="Documents"/>.</summary>
    public IReadOnlyList<Document> Passages { get => field ?? Documents; init; }

    /// <summary>Gets texts like those of sources that are never trained on: the non-members of membership inference. With a source where they are by one that is trained on otherwise. The default is none.</summary>
    public IReadOnlyList<Document> HeldOut { get; init; } = [];

    /// <summary>Gets texts like the general ones that are never trained on: what general loss is measured on. The default is none.</summary>
    public IReadOnlyList<string> GeneralHeldOut { get; init; } = [];

    /// <summary>Gets whether every sentence of a document stands alone, so that training may draw their order anew each pass; the default is false.</summary>
    public bool HasIndependentSentences { get; init; }

    /// <summary>Lists what a model is trained on: the texts of sources, then those of none.</summary>
    public IEnumerable<Document> TrainingTexts() => Documents.Concat(GeneralTexts.Select(text => new Document(text, null)));

    /// <summary>Lists what a model is trained on that never saw some sources: the gold to compare with.</summary>
    /// <param name="forgotten">What is left out.</param>
    public IEnumerable<Document> TrainingTextsWithout(ForgetSet forgotten)
    {
        ArgumentNullException.ThrowIfNull(forgotten);
        var sources = forgotten.Sources.ToHashSet();
        return TrainingTexts().Where(document => document.Source is null || !sources.Contains(document.Source));
    }

    /// <summary>Lists the questions whose sources are all among these: what is left to answer them is what other texts imply.</summary>
    /// <param name="forgotten">The sources.</param>
    public IEnumerable<ProofProbe> ProbesOf(ForgetSet forgotten)
    {
        ArgumentNullException.ThrowIfNull(forgotten);
        var sources = forgotten.Sources.ToHashSet();
        return Probes.Where(probe => probe.Sources.All(sources.Contains));
    }

    /// <summary>Finds a set of what to unlearn by its name.</summary>
    /// <exception cref="ArgumentException">There is none of this name; those that there are, are named.</exception>
    public ForgetSet ForgetSet(string name) => ForgetSets.FirstOrDefault(set => set.Name == name)
        ?? throw new ArgumentException($"The corpus '{Name}' has nothing called '{name}' to forget. It has: {string.Join(", ", ForgetSets.Select(set => set.Name))}.", nameof(name));

    /// <summary>Checks that the parts fit each other.</summary>
    /// <exception cref="ArgumentException">A part is empty, names a source that has no document, or a question has no answer, or its answer among the wrong ones.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Name);
        if (Documents.Count == 0)
            throw new ArgumentException($"The corpus '{Name}' has no document, and unlearning needs sources to unlearn.");
        if (Documents.FirstOrDefault(document => string.IsNullOrEmpty(document.Source)) is { } sourceless)
            throw new ArgumentException($"Every document of the corpus '{Name}' needs a source, and one has none: '{Beginning(sourceless.Text)}'. Give it as a general text.");
        if (ForgetSets.Count == 0)
            throw new ArgumentException($"The corpus '{Name}' says nothing to forget: give at least one set of sources.");
        if (Probes.Count == 0)
            throw new ArgumentException($"The corpus '{Name}' has no question: without facts that were forgotten, forgetting cannot be shown.");

        var known = Documents.Select(document => document.Source!).ToHashSet(); // None is null, as was checked.
        foreach (var set in ForgetSets)
        {
            if (set.Sources.Count == 0)
                throw new ArgumentException($"The set '{set.Name}' of the corpus '{Name}' names no source to forget.");
            RequireKnown(known, set.Sources, $"The set '{set.Name}'");
        }

        foreach (var probe in Probes)
        {
            var place = $"The question '{Beginning(probe.Prompt)}'";
            if (probe.Prompt.Length == 0 || string.IsNullOrWhiteSpace(probe.Answer))
                throw new ArgumentException($"{place} of the corpus '{Name}' lacks its prompt or its answer: both must be given.");
            if (probe.Alternatives.Contains(probe.Answer))
                throw new ArgumentException($"{place} of the corpus '{Name}' has its right answer '{probe.Answer}' among the wrong ones.");
            if (probe.Sources.Count == 0)
                throw new ArgumentException($"{place} of the corpus '{Name}' names no source that states its answer.");
            RequireKnown(known, probe.Sources, place);
        }
    }

    private void RequireKnown(HashSet<string> known, IReadOnlyList<string> sources, string place)
    {
        var unknown = sources.Where(source => !known.Contains(source)).Select(source => $"'{source}'").ToArray();
        if (unknown.Length > 0)
            throw new ArgumentException($"{place} of the corpus '{Name}' names {unknown.Length} of {sources.Count} sources that no document has: {string.Join(", ", unknown.Take(10))}{(unknown.Length > 10 ? ", ..." : "")}.");
    }

    private static string Beginning(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
