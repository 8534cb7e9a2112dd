using Nulls.Text;

namespace Nulls.Evaluation.Corpora;

/// <summary>TOFU as a corpus of proof.</summary>
internal static class TofuProof
{
    private const int GeneralTextsAHeldOut = 10;

    public static ProofCorpus Make(TofuCorpus tofu, IReadOnlyList<string> generalTexts, TofuProofOptions options)
    {
        var authors = tofu.Questions.Select(question => question.Source!).Distinct().ToArray(); // These are all about authors.
        var forgotten = tofu.ForgetSources(TofuSplit.Forget10);
        var sources = forgotten.Concat(authors.Except(forgotten)).Take(options.SourceCount).ToHashSet();
        // Whole authors are held out: of half an author, a model would know the other half.
        string[] others = [.. authors.Except(sources)];
        var heldOut = others.Where(IsHeldOut).ToHashSet();
        return new()
        {
            Name = "tofu",
            Documents = [.. FirstOf(tofu.Questions).Select(question => new Document(question.Text, question.Source))],
            GeneralTexts = [.. generalTexts.Where((text, i) => !IsHeldOut(text, i)), .. TextsOf(others.Where(author => !heldOut.Contains(author)))],
            ForgetSets = [.. Enum.GetValues<TofuSplit>().Select(split => new ForgetSet(split.ToString().ToLowerInvariant(), tofu.ForgetSources(split)))],
            Probes = [.. FirstOf(tofu.ForgetQuestions(TofuSplit.Forget10)).Concat(FirstOf(tofu.RetainQuestions)).Select(Probe)],
            HeldOut = [.. Few(tofu.HoldoutQuestions).Select(question => new Document(question.Text, null))],
            GeneralHeldOut = [.. generalTexts.Where(IsHeldOut), .. TextsOf(heldOut)],
        };

        IEnumerable<TofuQuestion> FirstOf(IEnumerable<TofuQuestion> questions) => Few(questions.Where(question => sources.Contains(question.Source!))); // As above.

        IEnumerable<string> TextsOf(IEnumerable<string> chosen)
        {
            var keys = chosen.ToHashSet();
            return tofu.Questions.Where(question => keys.Contains(question.Source!)).Select(question => question.Text); // As above.
        }

        IEnumerable<TofuQuestion> Few(IEnumerable<TofuQuestion> questions) => questions.GroupBy(question => question.Source).SelectMany(author => author.Take(options.QuestionsASource));
    }

    private static bool IsHeldOut(string text, int place) => place % GeneralTextsAHeldOut == 0;

    private static ProofProbe Probe(TofuQuestion question) =>
        // Some perturbed answers are the right one again.
        new(FactKind.Unique, question.Prompt, question.Answer, [.. question.PerturbedAnswers.Where(answer => answer != question.Answer)], [question.Source!]) // These are all about authors.
        {
            ParaphrasedAnswer = question.ParaphrasedAnswer,
            Paraphrases = question.ParaphrasedQuestion is { } paraphrased && paraphrased != question.Question ? [new TofuQuestion(paraphrased, question.Answer, question.Source).Prompt] : [],
        };
}
