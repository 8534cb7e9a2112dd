using Nulls.Evaluation;

namespace Nulls.MLNet;

/// <summary>How facts stand in a data view: questions whose answers are known, with the sources that state them. A row is a fact.</summary>
/// <remarks>Immutable. Of the two columns of sources one must be there; the other optional ones are read where they are.</remarks>
public sealed record NullsEvaluationOptions
{
    /// <summary>Gets the column of what precedes the answer, as text. The default is <c>Prompt</c>.</summary>
    public string PromptColumnName { get; init; } = "Prompt";

    /// <summary>Gets the column of the right answer, as text: a word, a year, a sentence. The default is <c>Answer</c>.</summary>
    public string AnswerColumnName { get; init; } = "Answer";

    /// <summary>Gets the column of wrong answers that could stand in its place: a vector of text, optional. The default is <c>Alternatives</c>.</summary>
    /// <remarks>Without any, an answer is right when greedy decoding writes it, and there is no truth ratio.</remarks>
    public string AlternativesColumnName { get; init; } = "Alternatives";

    /// <summary>Gets the column of prompts that ask the same in other words: a vector of text, optional. A proof's attacks ask with them. The default is <c>Paraphrases</c>.</summary>
    public string ParaphrasesColumnName { get; init; } = "Paraphrases";

    /// <summary>Gets the column of the one source that states the fact: text, or a key whose values are text. The default is <c>Source</c>.</summary>
    public string SourceColumnName { get; init; } = "Source";

    /// <summary>Gets the column of all sources that state the fact: a vector of text. The default is <c>Sources</c>.</summary>
    public string SourcesColumnName { get; init; } = "Sources";

    /// <summary>Gets the column of where a fact can be learned: the name of a <see cref="FactKind"/> as text, optional. The default is <c>Kind</c>.</summary>
    /// <remarks>Without it, or where it is empty, a fact of one source is <see cref="FactKind.Unique"/>, and one of several <see cref="FactKind.Shared"/>.</remarks>
    public string KindColumnName { get; init; } = "Kind";

    /// <summary>Gets whether facts may be of sources that the model does not know, as those of an erased source or of a model trained without it. The default is false: they are an error that names them.</summary>
    public bool AllowsUnknownSources { get; init; }

    /// <summary>Gets what stops the evaluation early, with an <see cref="OperationCanceledException"/>. The default never does.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal void Validate()
    {
        string[] names = [PromptColumnName, AnswerColumnName, AlternativesColumnName, ParaphrasesColumnName, SourceColumnName, SourcesColumnName, KindColumnName];
        if (Array.Exists(names, string.IsNullOrWhiteSpace))
            throw new ArgumentException("A column's name is never empty, and one of the facts' is.");
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } repeated)
            throw new ArgumentException($"Every column of facts needs a name of its own, and {repeated.Count()} are called '{repeated.Key}'.");
    }
}
