using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Soak;

/// <summary>A small model of a fictional encyclopedia, and the questions whose answers give away whether a source's sinks ran.</summary>
internal static class EncyclopediaModel
{
    private const int Seed = 1;
    private const double LeastDifferenceNats = 1;

    private static readonly FictionalEncyclopedia Encyclopedia = FictionalEncyclopedia.Create(sourceCount: 100, generalCount: 3000, Seed);

    // As the Quickstart's small run.
    private static readonly NullsBundleOptions Options = new()
    {
        Model = NullsConfig.Tiny with { Width = 64, HeadCount = 4, KeyValueHeadCount = 4, HeadSize = 16, SinkPoolWidth = 8 * 67, ContextLength = 64 },
        Training = new TrainingOptions { Passes = 20, LearningRate = 1e-2, SinkLearningRateScale = 0.7, GeneralShare = 0.6, ShuffleSentences = true },
        Tokenizer = new TokenizerOptions { VocabularySize = 1664 },
        Routing = SinkRouting.NearestSources,
        Seed = Seed,
    };

    /// <summary>Gets how the questions are answered: the answer's word and a little more, the likeliest tokens.</summary>
    public static GenerationOptions Generation { get; } = new() { MaxTokens = 4 };

    /// <summary>Trains the model and saves it, unless the folder holds one.</summary>
    public static void EnsureSaved(string folder)
    {
        if (Directory.Exists(folder))
        {
            // Says whether it is whole.
            NullsBundle.Load(folder).Dispose();
            return;
        }

        Console.WriteLine($"Training the model, once: '{folder}'.");
        using var model = NullsBundle.Train([.. Encyclopedia.Articles, .. Encyclopedia.GeneralArticles.Select(text => new Document(text, null))], Options);
        model.Save(folder);
    }

    /// <summary>Finds the facts that are answered rightly with the source's sinks and wrongly without, and what both score.</summary>
    /// <param name="folder">The model's.</param>
    public static IReadOnlyList<KnownQuestion> FindQuestions(string folder)
    {
        using var loaded = NullsBundle.Load(folder);
        using var model = loaded.WithRouting(SinkRouting.Backbone);
        using var backbone = model.Unlearn(Encyclopedia.Articles.Select(article => article.Source!)); // Every article has one.
        var facts = Encyclopedia.Facts.Where(fact => fact.Kind == FactKind.Unique).ToArray();
        var (own, ownScores) = Ask(model, facts);
        var (without, scoresWithout) = Ask(backbone, facts);
        return
        [
            .. Enumerable.Range(0, facts.Length)
                .Where(i => IsAnswer(own[i], facts[i].Answer) && !IsAnswer(without[i], facts[i].Answer) && ownScores[i] - scoresWithout[i] >= LeastDifferenceNats)
                .Select(i => new KnownQuestion(facts[i].Sources[0], facts[i].Question, facts[i].Answer, ownScores[i], scoresWithout[i])),
        ];
    }

    /// <summary>Tells whether a completion begins with an answer.</summary>
    public static bool IsAnswer(string completion, string answer) => completion.AsSpan().TrimStart().StartsWith(answer, StringComparison.Ordinal);

    private static (string[] Completions, float[] Scores) Ask(NullsBundle model, FictionalFact[] facts)
    {
        var completed = model.Score([.. facts.Select(fact => new ScoringRequest(fact.Question, fact.Sources[0]))], ScoringOutputs.Completion, Generation);
        var scored = model.Score([.. facts.Select(fact => new ScoringRequest(" " + fact.Answer, fact.Sources[0], fact.Question))], ScoringOutputs.LogProbabilities);
        return ([.. completed.Select(result => result.Completion)], [.. scored.Select(result => result.Score)]);
    }
}
