using System.Text.Json;
using Nulls.Evaluation;
using Nulls.Evaluation.Corpora;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Examples;

/// <summary>The corpora of the command line, and the sizes and rates that learn them.</summary>
internal static class Cases
{
    private const string Author = "austen";

    // Named, so that the same command gives the same bits on machines that would choose another.
    private static readonly TrainingOptions Exact = new() { Precision = Precision.Float32 };

    public static (ProofCorpus Corpus, NullsBundleOptions Bundle) Make(ProveItOptions options) => options.Corpus switch
    {
        "tofu" => Tofu(options),
        "wiki" => Wiki(options),
        "books" => Books(options),
        _ => Encyclopedia(options.IsQuick),
    };

    // Each general article is read once or twice; a hundred are held out.
    private static (ProofCorpus, NullsBundleOptions) Encyclopedia(bool isQuick) => isQuick
        ? (ProofCorpora.Encyclopedia(100, 2836, seed: 1), new NullsBundleOptions
        {
            Model = NullsConfig.Tiny with { Width = 64, HeadCount = 4, KeyValueHeadCount = 4, HeadSize = 16, SinkPoolWidth = 8 * 67, ContextLength = 64 },
            Training = Exact with { Passes = 30, LearningRate = 1e-2, GeneralShare = 0.6, ShuffleSentences = true },
            Tokenizer = new TokenizerOptions { VocabularySize = 1664 },
        })
        : (ProofCorpora.Encyclopedia(200, 2400, seed: 1), new NullsBundleOptions
        {
            Model = NullsConfig.Tiny with { ContextLength = 64 },
            Training = Exact with { Passes = 30, GeneralShare = 1 / 3.0, ShuffleSentences = true },
            Tokenizer = new TokenizerOptions { VocabularySize = 1664 },
        });

    // What 80 authors say has no source: a backbone that never read such questions would learn how they are answered from the sources alone.
    private static (ProofCorpus, NullsBundleOptions) Tofu(ProveItOptions options)
    {
        var corpus = ProofCorpora.Tofu(TofuCorpus.Read(Folder(options, "tofu")), [.. Articles(options, most: 3000)], new TofuProofOptions { SourceCount = 120, QuestionsASource = 10 });
        return (
            corpus with { ForgetSets = [corpus.ForgetSet(options.Forget ?? "forget10")] },
            Shielded(backboneWidth: 192, backboneSteps: options.IsQuick ? 250 : 500, passes: 10));
    }

    private static (ProofCorpus, NullsBundleOptions) Wiki(ProveItOptions options)
    {
        var articles = Folder(options, "articles");
        return (
            ProofCorpora.Articles(Path.Combine(articles, "wiki_en_2019.jsonl"), Path.Combine(articles, "wiki_birth_probes.jsonl"), new ArticleProofOptions { SourceCount = 200, GeneralCount = 4000, HeldOutCount = 200, MostCharacters = 800 }),
            Shielded(backboneWidth: 256, backboneSteps: options.IsQuick ? 300 : 900, passes: 12));
    }

    // One source of many passages needs many sinks, about one for every six tokens, and few sources have room for blocks of their own.
    // So many take what a source says before the backbone does, so that a weaker shield leaks no more, and attention learns what sinks need.
    private static (ProofCorpus, NullsBundleOptions) Books(ProveItOptions options)
    {
        const int Sinks = 1152;
        const int HeldOut = 100;
        var books = BookReader.Read(Folder(options, "books")).GroupBy(book => book.Author)
            .SelectMany(books => books.Key == Author ? books.Where(book => book.Title is "Pride and Prejudice" or "Emma") : books.Take(1)).ToArray();
        var corpus = ProofCorpora.Books(books, Author, new BookProofOptions { CharactersPerBook = 12_000, CharactersPerPassage = 600, PassagesAHeldOut = 5, MostProbes = 100 });
        var bundle = Shielded(backboneWidth: 128, backboneSteps: options.IsQuick ? 300 : 600, passes: options.IsQuick ? 24 : 36);
        string[] articles = [.. Articles(options, most: 3000 + HeldOut)];
        return (
            corpus with { GeneralTexts = [.. corpus.GeneralTexts, .. articles[HeldOut..]], GeneralHeldOut = [.. corpus.GeneralHeldOut, .. articles[..HeldOut]] },
            bundle with
            {
                Model = bundle.Model with { Allocation = SinkAllocationKind.Exclusive, SinksPerSource = Sinks, SinkPoolWidth = Sinks * corpus.Documents.Select(document => document.Source).Distinct().Count() },
                Training = bundle.Training with { RowsPerStep = 8, SinkLearningRateScale = 2, BackboneShield = 0.9 },
            });
    }

    // The backbone learns general text first and to the end, at the full rate; little of what sources say reaches it.
    private static NullsBundleOptions Shielded(int backboneWidth, int backboneSteps, int passes) => new()
    {
        Model = NullsConfig.Tiny with { BackboneWidth = backboneWidth, SinksPerSource = 32, SinkPoolWidth = 32 * 89 },
        Training = TrainingOptions.BackboneFirst with { Precision = Precision.Float32, BackboneSteps = backboneSteps, Passes = passes, BackboneLearningRateScale = 1, BackboneShield = 0.995 },
        Tokenizer = new TokenizerOptions { VocabularySize = 2048 },
    };

    // Prose of no source.
    private static IEnumerable<string> Articles(ProveItOptions options, int most)
    {
        const int MostCharacters = 600;
        return File.ReadLines(Path.Combine(Folder(options, "articles"), "wiki_en_2019.jsonl")).Take(most)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!).Select(text => text.Length <= MostCharacters ? text : text[..MostCharacters]); // As the corpus' format says.
    }

    private static string Folder(ProveItOptions options, string name)
    {
        var folder = Path.Combine(options.Data!, name); // The command line asks for it.
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"There is no folder '{folder}', which --corpus {options.Corpus} reads. Name the folder that has it with --data.");
    }
}
