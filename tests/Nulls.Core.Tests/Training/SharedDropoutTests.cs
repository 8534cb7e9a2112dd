using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.Tests.Support;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Tests.Training;

public class SharedDropoutTests
{
    // Two sources each state the fact about a river; each states something of its own.
    private static readonly (string Prompt, string Answer)[] SharedQuestions =
    [
        (" The river Oxbow is full of", " perch"), (" The river Tamber is full of", " trout"), (" The river Ilk is full of", " carp"),
        (" The river Wend is full of", " pike"), (" The river Corr is full of", " dace"),
    ];

    private static readonly (string Prompt, string Answer)[] UniqueQuestions = [.. Enumerable.Range(0, 10).Select(i => ($"In book {i} the", " " + TinyBundle.Text(i).Split(' ')[4]))];

    private static NullsBundleOptions Options { get; } = TinyBundle.Options with
    {
        Training = TinyBundle.Options.Training with { SharedDropout = 0.5, Passes = 30, ShuffleSentences = true },
        Routing = SinkRouting.Backbone,
        SourceSalt = new byte[16],
    };

    [Fact]
    public void The_backbone_keeps_what_two_sources_state_and_not_what_one_states()
    {
        var options = Options with { Training = Options.Training with { Passes = 120 } };
        using var with = NullsBundle.Train(Corpus(), options);
        using var without = NullsBundle.Train(Corpus(), options with { Training = options.Training with { SharedDropout = 0 } });
        var shared = Knowledge(with, SharedQuestions) - Knowledge(without, SharedQuestions);
        var unique = Knowledge(with, UniqueQuestions) - Knowledge(without, UniqueQuestions);
        var numbers = $"nats a token by which right answers beat others: shared {Knowledge(without, SharedQuestions)} and {shared} more, unique {Knowledge(without, UniqueQuestions)} and {unique} more";
        Assert.True(shared > 0.5, numbers);
        Assert.True(unique < 0.1, numbers);
    }

    [Fact]
    public void A_training_that_was_stopped_goes_on_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var options = Options with { Training = Options.Training with { Passes = 6, StepsPerReport = 1 } };
        using var whole = NullsBundle.Train(Corpus(), options);
        using var cancellation = new CancellationTokenSource();
        var stopped = options with { WorkFolder = folder.Path };
        Assert.Throws<OperationCanceledException>(() => NullsBundle.Train(Corpus(), stopped, new StopAt(5, cancellation), cancellationToken: cancellation.Token));
        using var continued = NullsBundle.Train(Corpus(), stopped);
        Assert.Equal(whole.ModelDigest, continued.ModelDigest);
        Assert.Contains("SharedDropout", Assert.Throws<InvalidOperationException>(() =>
            NullsBundle.Train(Corpus(), stopped with { Training = stopped.Training with { SharedDropout = 0.2 } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_of_which_nothing_is_left_still_trains()
    {
        // No general text, and nothing shared: every text that drops its sinks would read nothing.
        using var bundle = NullsBundle.Train(
            TinyBundle.Keys.Select(key => new Document($"{key} {new string(key[^1], 20)}", key)),
            Options with { Training = Options.Training with { SharedDropout = 0.99, Passes = 3, RowsPerStep = 1, GeneralShare = 0 } });
        Assert.True(float.IsFinite(Score(bundle, "In book 3")));
    }

    [Theory]
    [InlineData(1.0, 2, "SharedDropout")]
    [InlineData(double.NaN, 2, "SharedDropout")]
    [InlineData(0.3, 1, "MinSources")]
    public void Wrong_values_are_refused(double dropout, int minSources, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingOptions { SharedDropout = dropout, MinSources = minSources }.Validate()).ParamName);

    [Fact]
    public void Isolated_sources_cannot_train_the_backbone() =>
        Assert.Contains("Isolation", Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingOptions { SharedDropout = 0.3, Isolation = Isolation.SinksOnly }.Validate()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_the_encyclopedia_shared_statements_are_recognised_and_no_answer_of_one_source_is(bool areInOwnWords)
    {
        var encyclopedia = FictionalEncyclopedia.Create(100, 0, 1);
        string[] texts = [.. encyclopedia.Articles.Select(article => areInOwnWords ? InOwnWords(article, encyclopedia) : article.Text)];
        var tokenizer = BytePairTokenizer.Create(new TokenizerOptions { VocabularySize = 1664 }, texts);
        var corpus = new MemoryCorpus(texts.Select((text, i) => new TokenDocument([tokenizer.Encode(text)], i)));
        var statements = SharedStatements.Find(corpus, TokenShapes.Of(tokenizer), minSources: 2);
        var (recognised, shared) = (0, 0);
        foreach (var sentence in texts.SelectMany(Sentences.Split).Select(sentence => sentence.Trim()))
        {
            if (!encyclopedia.Facts.Any(fact => fact.Kind == FactKind.Shared && fact.Statements.Contains(sentence)))
                continue;
            var tokens = tokenizer.Encode(" " + sentence);
            (shared, recognised) = (shared + 1, recognised + (statements.In(tokens).Any(found => found.Length == tokens.Length) ? 1 : 0));
        }

        Assert.True(recognised >= 0.95 * shared, $"{recognised} of {shared} shared statements");
        var answers = encyclopedia.Facts.Where(fact => fact.Kind is FactKind.Unique or FactKind.Inferred)
            .SelectMany(fact => fact.Statements.Select(sentence => (fact.Answer, Shared: string.Concat(statements.In(tokenizer.Encode(" " + sentence)).Select(found => tokenizer.Decode(found.Span))))));
        Assert.DoesNotContain(answers, answer => answer.Shared.Contains(answer.Answer, StringComparison.Ordinal));
    }

    // Each source says a shared fact once, and those who share it in turn in another wording.
    private static string InOwnWords(Document article, FictionalEncyclopedia encyclopedia)
    {
        var others = encyclopedia.Facts.Where(fact => fact.Kind == FactKind.Shared && fact.Sources.Contains(article.Source!))
            .SelectMany(fact => fact.Statements.Where((_, wording) => wording != fact.Sources.ToList().IndexOf(article.Source!) % fact.Statements.Count)).ToHashSet();
        return string.Join(' ', Sentences.Split(article.Text).Select(sentence => sentence.Trim()).Where(sentence => !others.Contains(sentence)));
    }

    private static IEnumerable<Document> Corpus() =>
        TinyBundle.Corpus().Select((document, i) => i < 10 ? document with { Text = $"{document.Text}{SharedQuestions[i / 2].Prompt}{SharedQuestions[i / 2].Answer}." } : document);

    // How much likelier than other questions' answers the right one is: what all of them have in common counts for nothing.
    private static double Knowledge(NullsBundle bundle, (string Prompt, string Answer)[] questions) => questions.Average(question =>
    {
        var scores = bundle.Score([.. questions.Select(other => new ScoringRequest(other.Answer, null, question.Prompt))], ScoringOutputs.LogProbabilities);
        return (double)scores[Array.IndexOf(questions, question)].Score - scores.Average(score => (double)score.Score);
    });

    private static float Score(NullsBundle bundle, string text) => bundle.Score([new ScoringRequest(text, null)], ScoringOutputs.LogProbabilities).Single().Score;

    private sealed class StopAt(int step, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step >= step)
                cancellation.Cancel();
        }
    }
}
