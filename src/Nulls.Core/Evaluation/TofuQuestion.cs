namespace Nulls.Evaluation;

/// <summary>A question of TOFU with its right answer, and what the truth ratio asks for besides.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The right answer, a sentence about a fictitious author or the name of a real thing.</param>
/// <param name="Source">The key of the author's source; null for questions about the real world.</param>
public sealed record TofuQuestion(string Question, string Answer, string? Source)
{
    /// <summary>Gets the question in other words; null, the default, when there is none.</summary>
    public string? ParaphrasedQuestion { get; init; }

    /// <summary>Gets the right answer in other words; the default is the answer itself, as TOFU does where there is no paraphrase.</summary>
    public string ParaphrasedAnswer { get => field ?? Answer; init; }

    /// <summary>Gets wrong answers, worded like the paraphrased one; the default is none.</summary>
    public IReadOnlyList<string> PerturbedAnswers { get; init; } = [];

    /// <summary>Gets what a model is asked: the question, up to where an answer follows. Score an answer as a space and its text.</summary>
    public string Prompt => $"Question: {Question}\nAnswer:";

    /// <summary>Gets what a model is trained on: the prompt and the answer.</summary>
    public string Text => $"{Prompt} {Answer}";
}
