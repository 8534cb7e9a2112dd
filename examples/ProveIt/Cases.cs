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

    // Each general article is read about once: they are as many as the passes need, less a hundred that are held out.
    private static (ProofCorpus, NullsBundleOptions) Encyclopedia(bool isQuick) => isQuick
        ? (ProofCorpora.Encyclopedia(100, 2900, seed: 1), new NullsBundleOptions
        {
            Model = NullsConfig.Tiny with { Width = 64, HeadCount = 4, KeyValueHeadCount = 4, HeadSize = 16, SinkPoolWidth = 8 * 67, ContextLength = 64 },
            Training = Exact with { Passes = 20, LearningRate = 1e-2, SinkLearningRateScale = 0.7, GeneralShare = 0.6, ShuffleSentences = true },
            Tokenizer = new TokenizerOptions { VocabularySize = 1664 },
        })
        : (ProofCorpora.Encyclopedia(200, 2400, seed: 1), new NullsBundleOptions
        {
            Model = NullsConfig.Tiny with { ContextLength = 64 },
            Training = Exact with { Passes = 24, SinkLearningRateScale = 0.5, GeneralShare = 1 / 3.0, ShuffleSentences = true },
            Tokenizer = new TokenizerOptions { VocabularySize = 1664 },
        });

    private static (ProofCorpus, NullsBundleOptions) Tofu(ProveItOptions options)
    {
        var corpus = ProofCorpora.Tofu(TofuCorpus.Read(Folder(options, "tofu")), GeneralTexts(options));
        // Short answers: a wide backbone would know them before the sinks do.
        var bundle = Articles(isQuick: true, passes: 8);
        var forget = options.Forget ?? "forget10";
        return (options.IsQuick ? Fewer(corpus, forget, others: 40) : corpus with { ForgetSets = [corpus.ForgetSet(forget)] }, bundle with
        {
            Model = bundle.Model with { BackboneWidth = 128, SinksPerSource = 32, SinkPoolWidth = 32 * 67 },
            Training = bundle.Training with { BackboneSteps = 200 },
        });
    }

    private static (ProofCorpus, NullsBundleOptions) Wiki(ProveItOptions options)
    {
        var articles = Folder(options, "articles");
        return (ProofCorpora.Articles(Path.Combine(articles, "wiki_en_2019.jsonl"), Path.Combine(articles, "wiki_birth_probes.jsonl"), new ArticleProofOptions { MostCharacters = options.IsQuick ? 2000 : 4000 }), Articles(options.IsQuick, passes: 8));
    }

    // One source of many books needs many sinks, and few sources have room for blocks of their own.
    private static (ProofCorpus, NullsBundleOptions) Books(ProveItOptions options)
    {
        const int MostSources = 24;
        var bundle = Articles(options.IsQuick, passes: 20);
        var sinks = options.IsQuick ? 512 : 1024;
        return (
            ProofCorpora.Books(BookReader.Read(Folder(options, "books")), Author, new BookProofOptions { CharactersPerBook = options.IsQuick ? 20_000 : 100_000, MostProbes = options.IsQuick ? 100 : 200 }),
            bundle with { Model = bundle.Model with { Allocation = SinkAllocationKind.Exclusive, SinksPerSource = sinks, SinkPoolWidth = MostSources * sinks } });
    }

    // The backbone learns general text first, then sinks learn the sources fast while it learns slowly.
    private static NullsBundleOptions Articles(bool isQuick, int passes) => new()
    {
        Model = NullsConfig.Tiny with { BackboneWidth = 256, SinksPerSource = 64, SinkPoolWidth = 64 * 67 },
        Training = TrainingOptions.BackboneFirst with { Precision = Precision.Float32, BackboneSteps = isQuick ? 160 : 1200, Passes = isQuick ? passes : 18 },
        Tokenizer = new TokenizerOptions { VocabularySize = 2048 },
    };

    // What is forgotten, and some other sources that are asked about.
    private static ProofCorpus Fewer(ProofCorpus corpus, string forgetSet, int others)
    {
        var forgotten = corpus.ForgetSet(forgetSet);
        var kept = forgotten.Sources.Concat(corpus.Probes.Select(probe => probe.Sources[0]).Except(forgotten.Sources).Take(others)).ToHashSet();
        return corpus with
        {
            Documents = [.. corpus.Documents.Where(document => kept.Contains(document.Source!))], // A proof's corpus has a source for each.
            ForgetSets = [forgotten],
            Probes = [.. corpus.Probes.Where(probe => probe.Sources.All(kept.Contains))],
        };
    }

    private static string[] GeneralTexts(ProveItOptions options)
    {
        var file = Path.Combine(Folder(options, "articles"), "wiki_en_2019_small.jsonl");
        const int MostCharacters = 600;
        return [.. File.ReadLines(file).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!).Select(text => text.Length <= MostCharacters ? text : text[..MostCharacters])];
    }

    private static string Folder(ProveItOptions options, string name)
    {
        var folder = Path.Combine(options.Data!, name); // The command line asks for it.
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"There is no folder '{folder}', which --corpus {options.Corpus} reads. Name the folder that has it with --data.");
    }
}
