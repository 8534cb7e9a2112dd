using Nulls.Text;

namespace Nulls.Evaluation.Corpora;

/// <summary>TOFU as a corpus of proof.</summary>
internal static class TofuProof
{
    private const int GeneralTextsAHeldOut = 10;

    public static ProofCorpus Make(TofuCorpus tofu, IReadOnlyList<string> generalTexts) => new()
    {
        Name = "tofu",
        Documents = tofu.Documents,
        GeneralTexts = [.. generalTexts.Where((_, i) => i % GeneralTextsAHeldOut != 0)],
        ForgetSets = [.. Enum.GetValues<TofuSplit>().Select(split => new ForgetSet(split.ToString().ToLowerInvariant(), tofu.ForgetSources(split)))],
        Probes = [.. tofu.ForgetQuestions(TofuSplit.Forget10).Concat(tofu.RetainQuestions).Select(Probe)],
        HeldOut = [.. tofu.HoldoutQuestions.Select(question => new Document(question.Text, null))],
        GeneralHeldOut = [.. generalTexts.Where((_, i) => i % GeneralTextsAHeldOut == 0)],
    };

    private static ProofProbe Probe(TofuQuestion question) =>
        // Some perturbed answers are the right one again.
        new(FactKind.Unique, question.Prompt, question.Answer, [.. question.PerturbedAnswers.Where(answer => answer != question.Answer)], [question.Source!]) // These are all about authors.
        {
            ParaphrasedAnswer = question.ParaphrasedAnswer,
            Paraphrases = question.ParaphrasedQuestion is { } paraphrased && paraphrased != question.Question ? [new TofuQuestion(paraphrased, question.Answer, question.Source).Prompt] : [],
        };
}
