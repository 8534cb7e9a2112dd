using Nulls.Evaluation.Corpora;

namespace Nulls.Evaluation.Suite;

/// <summary>The questions of a proof by the facts that they ask for, and which sources serve which purpose.</summary>
/// <remarks>
/// No question that a method is tuned by is asked elsewhere: its sources are others than those that stand for the retained. Where too few
/// others have questions, methods are tuned on the forgotten sources themselves, which favours them.
/// </remarks>
internal sealed class ProofQuestions
{
    private const int MostRetained = 60;

    public ProofQuestions(ProofCorpus corpus, ForgetSet forget)
    {
        Corpus = corpus;
        Forget = forget;
        Forgotten = forget.Sources.ToHashSet();
        SourceCount = corpus.Documents.Select(document => document.Source).Distinct().Count();
        Unique = [.. corpus.Probes.Where(probe => probe.Kind == FactKind.Unique && probe.Sources.All(Forgotten.Contains))];
        InferredForgotten = [.. corpus.Probes.Where(probe => probe.Kind == FactKind.Inferred && probe.Sources.All(Forgotten.Contains))];
        Shared =
        [
            ..
            from probe in corpus.Probes
            where probe.Kind == FactKind.Shared && !probe.Sources.All(Forgotten.Contains)
            group probe by TypeOf(probe.Sources.Count) into type
            orderby type.Min(probe => probe.Sources.Count)
            select (type.Key, type.ToArray()),
        ];
        var asked = corpus.Probes.Where(probe => probe.Kind != FactKind.Shared && probe.Sources.Count == 1).Select(probe => probe.Sources[0]).ToHashSet();
        string[] retained = [.. corpus.Documents.Select(document => document.Source!).Distinct().Where(source => asked.Contains(source) && !Forgotten.Contains(source))]; // A proof's corpus has a source for each.
        var count = Math.Min(MostRetained, (retained.Length + 1) / 2);
        Retained = [.. Enumerable.Range(0, count).Select(i => retained[i * retained.Length / count])];
        string[] others = [.. retained.Except(Retained).Where(source => Of(FactKind.Unique, [source]).Any())];
        IsTunedOnOthers = others.Length > 1;
        Tuned = IsTunedOnOthers ? [.. others.Take(Math.Min(Forgotten.Count, others.Length / 2))] : forget.Sources;
        TunedKept = [.. others.Except(Tuned).Take(MostRetained)];
    }

    public ProofCorpus Corpus { get; }

    public ForgetSet Forget { get; }

    public IReadOnlySet<string> Forgotten { get; }

    /// <summary>Gets how many sources have a text.</summary>
    public int SourceCount { get; }

    /// <summary>Gets the unique facts of forgotten sources.</summary>
    public IReadOnlyList<ProofProbe> Unique { get; }

    public IReadOnlyList<ProofProbe> InferredForgotten { get; }

    /// <summary>Gets the shared facts that a surviving source states, by the number of their sources.</summary>
    public IReadOnlyList<(string Type, ProofProbe[] Probes)> Shared { get; }

    /// <summary>Gets the sources that stand for the retained.</summary>
    public IReadOnlyList<string> Retained { get; }

    /// <summary>Gets whether methods are tuned to forget other sources than the forgotten ones.</summary>
    public bool IsTunedOnOthers { get; }

    /// <summary>Gets the sources that methods are tuned to forget.</summary>
    public IReadOnlyList<string> Tuned { get; }

    /// <summary>Gets the sources whose questions methods are tuned to keep; none where too few have questions.</summary>
    public IReadOnlyList<string> TunedKept { get; }

    /// <summary>Lists the questions for what one kind of facts says of some sources alone.</summary>
    public IEnumerable<ProofProbe> Of(FactKind kind, IReadOnlyCollection<string> sources) =>
        Corpus.Probes.Where(probe => probe.Kind == kind && probe.Sources.All(sources.Contains));

    /// <summary>The source whose sinks know the answer best: the first that survives, or else the first.</summary>
    public string OwnerOf(ProofProbe probe) => probe.Sources.FirstOrDefault(source => !Forgotten.Contains(source)) ?? probe.Sources[0];

    /// <summary>The wrong answers and the right one: facts of one sort have the same.</summary>
    public static string SortOf(ProofProbe probe) => string.Join('|', probe.Alternatives.Append(probe.Answer).Order(StringComparer.Ordinal));

    private static string TypeOf(int sources) => sources switch
    {
        <= 3 => "shared.2-3",
        4 => "shared.4",
        5 => "shared.5",
        < 10 => "shared.6-9",
        _ => "shared.10+",
    };
}
