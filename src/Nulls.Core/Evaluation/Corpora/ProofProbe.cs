namespace Nulls.Evaluation.Corpora;

/// <summary>A question whose right answer is known, and which sources state it: whether a model still knows them is asked with such questions.</summary>
/// <param name="Kind">Where the answer can be learned, and so what should become of it when its sources are unlearned.</param>
/// <param name="Prompt">What precedes the answer. An answer is scored as a space and its text after it.</param>
/// <param name="Answer">The right answer: a word, a year, a sentence.</param>
/// <param name="Alternatives">Wrong answers that could stand in its place, so that guessing gets 1 in one more than their number; none where the answer can only be written.</param>
/// <param name="Sources">The keys of all sources that state the answer, at least 1.</param>
public sealed record ProofProbe(FactKind Kind, string Prompt, string Answer, IReadOnlyList<string> Alternatives, IReadOnlyList<string> Sources)
{
    /// <summary>Gets the right answer in other words, which the truth ratio sets against the wrong ones; the default is the answer itself.</summary>
    public string ParaphrasedAnswer { get => field ?? Answer; init; }

    /// <summary>Gets prompts that ask the same in other words; the default is none.</summary>
    public IReadOnlyList<string> Paraphrases { get; init; } = [];

    /// <summary>Gets prompts that ask the same without naming what it is about: it must be inferred first from other things known of it. The default is none.</summary>
    public IReadOnlyList<string> IndirectPrompts { get; init; } = [];

    /// <summary>Gets the right answer's probability by guessing, 0 where there are no alternatives.</summary>
    public double Chance => Alternatives.Count == 0 ? 0 : 1.0 / (Alternatives.Count + 1);
}
