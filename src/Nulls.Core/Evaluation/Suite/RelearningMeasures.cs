using Nulls.Evaluation.Attacks;
using Nulls.Evaluation.Corpora;
using Nulls.Evaluation.Systems;
using Nulls.Text;

namespace Nulls.Evaluation.Suite;

/// <summary>Trains a system further on texts that state half of what was forgotten, and asks for the other half, in every wording.</summary>
internal static class RelearningMeasures
{
    public const string Probe = "relearning.probe";
    public const string Loss = "relearning.loss";
    public const string Untouched = "unique.untouched";

    public static RelearningOptions Options { get; } = new();

    /// <summary>Tells whether a system is attacked.</summary>
    public static bool Attacks(SuiteSystem system, ProofForm form) => system.Name is SystemCatalog.Erased or SystemCatalog.RetrainedBackbone
        || (form > ProofForm.Quick && (system.Method is not null || system.Name is SystemCatalog.Backbone or SystemCatalog.Standard or SystemCatalog.StandardRetrained));

    /// <summary>Attacks a system.</summary>
    /// <remarks>NULLs that are only unlearned are attacked by opening their sinks, as <c>nulls.gated</c>: what gating cannot prevent.</remarks>
    public static StageResult Measure(Subject subject, ProofQuestions questions, int seed, CancellationToken cancellationToken)
    {
        var (texts, probes) = Split(questions);
        if (texts.Count == 0 || probes.Count == 0)
            return new StageResult([]);
        var isGated = subject.System.Name == SystemCatalog.Backbone;
        var name = isGated ? SystemCatalog.Gated : subject.System.Name;
        AskedProbe[] asked = [.. probes.SelectMany(probe => probe.Paraphrases.Prepend(probe.Prompt).Select(prompt => new AskedProbe(probe, prompt, isGated ? probe.Sources[0] : subject.SourceOf(probe))))];
        var curve = RelearningAttack.Run(
            subject.Bundle, [.. texts.Select(text => text with { Source = subject.SourceOfText(text.Source) })],
            model => ProbeAccuracy.AreRight(model, asked, cancellationToken).Count(isRight => isRight) / (double)asked.Length,
            Options with { TurnsSinksOn = isGated, Seed = seed }, cancellationToken);
        return new StageResult(
        [
            .. curve.SelectMany(point => new[]
            {
                new ProofMeasurement(name, Probe, Untouched, seed, point.Probe, asked.Length, ConfidenceInterval.Wilson((long)Math.Round(point.Probe * asked.Length), asked.Length)) { Step = point.Step },
                new ProofMeasurement(name, Loss, TextMeasures.Forgotten, seed, point.AttackLoss, 0, null) { Step = point.Step },
            }),
        ])
        {
            Settings = $"relearning: {texts.Count} texts, {Options.ProbedSteps[^1]} steps of {Options.SequencesPerStep} sequences at learning rate {Options.LearningRate}",
        };
    }

    /// <summary>Parts the forgotten facts by sort, or where each is a sort of its own by what a source's answer is; the texts state the first half and none of the second.</summary>
    internal static (IReadOnlyList<Document> Texts, IReadOnlyList<ProofProbe> Probes) Split(ProofQuestions questions)
    {
        var counts = questions.Unique.CountBy(ProofQuestions.SortOf).ToDictionary();
        var sorts = questions.Unique.GroupBy(probe => counts[ProofQuestions.SortOf(probe)] > 1 ? (ProofQuestions.SortOf(probe), "") : (probe.Answer, probe.Sources[0])).Select(sort => sort.ToArray()).ToArray();
        var told = sorts.Where((_, i) => i % 2 == 0).SelectMany(sort => sort).ToLookup(probe => probe.Sources[0]);
        ProofProbe[] untold = [.. sorts.Where((_, i) => i % 2 == 1).SelectMany(sort => sort)];
        var hidden = untold.ToLookup(probe => probe.Sources[0]);
        return ([.. Pieces().Where(text => told[text.Source!].Any(probe => States(text, probe)) && !hidden[text.Source!].Any(probe => States(text, probe)))], untold); // Pieces are of sources.

        IEnumerable<Document> Pieces()
        {
            var documents = questions.Corpus.Documents.Where(document => questions.Forgotten.Contains(document.Source!));
            return questions.Corpus.HasIndependentSentences
                ? documents.SelectMany(document => Sentences.Split(document.Text).Select(sentence => new Document(sentence, document.Source)))
                : documents;
        }

        static bool States(Document text, ProofProbe probe) => DecodingAttack.Has(text.Text, probe.Answer);
    }
}
