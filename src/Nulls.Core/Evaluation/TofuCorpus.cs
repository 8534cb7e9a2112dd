using System.Text.Json;
using Nulls.Text;

namespace Nulls.Evaluation;

/// <summary>TOFU: 4,000 questions and answers on 200 authors who do not exist (arXiv:2401.06121), each author a source. Immutable.</summary>
public sealed class TofuCorpus
{
    private readonly IReadOnlyDictionary<TofuSplit, IReadOnlyList<string>> _forgetSources;

    private TofuCorpus(
        IReadOnlyList<TofuQuestion> questions, IReadOnlyDictionary<TofuSplit, IReadOnlyList<string>> forgetSources, IReadOnlyList<TofuQuestion> forgetQuestions,
        IReadOnlyList<TofuQuestion> retainQuestions, IReadOnlyList<TofuQuestion> holdoutQuestions, IReadOnlyList<TofuQuestion> realAuthors, IReadOnlyList<TofuQuestion> worldFacts)
    {
        _forgetSources = forgetSources;
        Questions = questions;
        AllForgetQuestions = forgetQuestions;
        RetainQuestions = retainQuestions;
        HoldoutQuestions = holdoutQuestions;
        RealAuthors = realAuthors;
        WorldFacts = worldFacts;
    }

    /// <summary>Gets all questions and answers that are trained on; without paraphrases.</summary>
    public IReadOnlyList<TofuQuestion> Questions { get; }

    /// <summary>Gets the documents to train on: one for each question and answer, with its author as the source.</summary>
    public IReadOnlyList<Document> Documents => [.. Questions.Select(question => new Document(question.Text, question.Source))];

    /// <summary>Gets questions on authors that every split keeps, with paraphrased and perturbed answers.</summary>
    public IReadOnlyList<TofuQuestion> RetainQuestions { get; }

    /// <summary>Gets questions and answers on further fictitious authors, never to be trained on: the non-members of membership inference.</summary>
    public IReadOnlyList<TofuQuestion> HoldoutQuestions { get; }

    /// <summary>Gets questions on real authors, with wrong answers.</summary>
    public IReadOnlyList<TofuQuestion> RealAuthors { get; }

    /// <summary>Gets questions on facts about the world, with wrong answers.</summary>
    public IReadOnlyList<TofuQuestion> WorldFacts { get; }

    private IReadOnlyList<TofuQuestion> AllForgetQuestions { get; }

    /// <summary>Reads the corpus.</summary>
    /// <param name="folder">A folder with <c>full.jsonl</c> (id, author_id, question, answer, and flags forget01, forget05, forget10), <c>forget10_perturbed.jsonl</c>, <c>retain_perturbed.jsonl</c>, <c>holdout10.jsonl</c>, <c>real_authors_perturbed.jsonl</c> and <c>world_facts_perturbed.jsonl</c>.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A line is not what it should be, or the files do not belong together.</exception>
    public static TofuCorpus Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string PathOf(string name) => Path.Combine(folder, name);
        var rows = JsonLines.Read(PathOf("full.jsonl"), json => (
            Id: json.Whole("id", 0, int.MaxValue),
            Question: Plain(json, $"tofu-author-{json.Whole("author_id", 0, int.MaxValue)}"),
            IsForgotten: (bool[])[json.Flag("forget01"), json.Flag("forget05"), json.Flag("forget10")]));
        var byId = new Dictionary<int, TofuQuestion>();
        foreach (var row in rows)
        {
            if (!byId.TryAdd(row.Id, row.Question))
                throw new InvalidDataException($"Two questions in '{PathOf("full.jsonl")}' have the id {row.Id}.");
        }

        IReadOnlyList<string> SourcesOf(TofuSplit split) => [.. rows.Where(row => row.IsForgotten[(int)split]).Select(row => row.Question.Source!).Distinct()];
        return new TofuCorpus(
            [.. rows.Select(row => row.Question)],
            Enum.GetValues<TofuSplit>().ToDictionary(split => split, SourcesOf),
            JsonLines.Read(PathOf("forget10_perturbed.jsonl"), json => OfAuthor(json, byId)),
            JsonLines.Read(PathOf("retain_perturbed.jsonl"), json => OfAuthor(json, byId)),
            JsonLines.Read(PathOf("holdout10.jsonl"), json => Plain(json, $"tofu-holdout-{json.Whole("author_id", 0, int.MaxValue)}")),
            JsonLines.Read(PathOf("real_authors_perturbed.jsonl"), json => Perturbed(json, source: null)),
            JsonLines.Read(PathOf("world_facts_perturbed.jsonl"), json => Perturbed(json, source: null)));
    }

    /// <summary>Gives the keys of the authors that a split forgets.</summary>
    public IReadOnlyList<string> ForgetSources(TofuSplit split) => _forgetSources.TryGetValue(split, out var sources)
        ? sources
        : throw new ArgumentOutOfRangeException(nameof(split), split, "The split must be Forget01, Forget05 or Forget10.");

    /// <summary>Gives the questions on the authors that a split forgets, with paraphrased and perturbed answers.</summary>
    public IReadOnlyList<TofuQuestion> ForgetQuestions(TofuSplit split)
    {
        var forgotten = ForgetSources(split).ToHashSet();
        return [.. AllForgetQuestions.Where(question => forgotten.Contains(question.Source!))];
    }

    private static TofuQuestion Plain(JsonElement json, string source) => new(json.Text("question"), json.Text("answer"), source);

    private static TofuQuestion OfAuthor(JsonElement json, Dictionary<int, TofuQuestion> byId)
    {
        var id = json.Whole("id", 0, int.MaxValue);
        var question = Perturbed(json, byId.GetValueOrDefault(id)?.Source);
        return byId.TryGetValue(id, out var trained) && trained.Question == question.Question && trained.Answer == question.Answer
            ? question
            : throw new InvalidDataException($"question {id}, '{question.Question}', is not the question {id} of full.jsonl. Are the files from the same corpus?");
    }

    private static TofuQuestion Perturbed(JsonElement json, string? source)
    {
        var question = new TofuQuestion(json.Text("question"), json.Text("answer"), source)
        {
            ParaphrasedQuestion = json.TextOrNull("paraphrased_question"),
            PerturbedAnswers = json.Texts("perturbed_answer"),
        };
        if (question.PerturbedAnswers.Count == 0)
            throw new InvalidDataException("'perturbed_answer' has no wrong answers.");
        return json.TextOrNull("paraphrased_answer") is { } paraphrased ? question with { ParaphrasedAnswer = paraphrased } : question;
    }
}
