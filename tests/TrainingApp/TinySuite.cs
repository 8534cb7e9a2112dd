using Nulls.Evaluation;
using Nulls.Evaluation.Corpora;
using Nulls.Evaluation.Suite;
using Nulls.Model;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.TrainingApp;

/// <summary>A proof of seconds: twenty books of two facts each, five of them to forget, and rivers that several books tell of.</summary>
internal static class TinySuite
{
    private static readonly string[] Animals = ["cat", "dog", "owl", "fox", "hen", "pig", "cow", "bat", "eel", "elk"];
    private static readonly string[] Kings = ["Abe", "Bob", "Cal", "Dan", "Eli", "Fay", "Gus", "Hal", "Ian", "Jim"];
    private static readonly string[] Fish = ["carp", "pike", "perch", "trout"];
    private static readonly string[] Rivers = ["Ahr", "Ems", "Inn", "Ill"];

    public static ProofCorpus Corpus { get; } = new()
    {
        Name = "tiny",
        Documents = [.. Enumerable.Range(0, 20).Select(i => new Document(Text(i), Key(i)))],
        GeneralTexts = [.. Enumerable.Range(20, 60).Select(Text)],
        ForgetSets = [new ForgetSet("forget25", [.. Enumerable.Range(0, 5).Select(Key)])],
        Probes =
        [
            .. Enumerable.Range(0, 20).Select(i => Probe(FactKind.Unique, $"In book {i} sleeps the", Animals, i * 7 % 10, [Key(i)]) with { Paraphrases = [$"In book {i} dreams the"] }),
            .. Enumerable.Range(0, 20).Select(i => Probe(FactKind.Unique, $"In book {i} rules king", Kings, i * 3 % 10, [Key(i)])),
            .. Enumerable.Range(0, 4).Select(r => Probe(FactKind.Shared, $"In the river {Rivers[r]} swims the", Fish, r, [.. Enumerable.Range(0, 20).Where(i => i % 4 == r).Skip(2).Select(Key)])),
        ],
        HeldOut = [.. Enumerable.Range(80, 15).Select(i => new Document(Text(i), null))],
        GeneralHeldOut = [.. Enumerable.Range(95, 5).Select(Text)],
        HasIndependentSentences = true,
    };

    public static ProofOptions Options(string folder) => new()
    {
        Form = ProofForm.Quick,
        Seeds = [3],
        Folder = folder,
        Bundle = new NullsBundleOptions
        {
            Model = new NullsConfig { Width = 32, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 1, HeadSize = 16, BackboneWidth = 32, SinkPoolWidth = 8 * 31, SinksPerSource = 8, ContextLength = 64 },
            Training = new TrainingOptions { BackboneSteps = 5, Passes = 60, RowsPerStep = 16, LearningRate = 1e-2, GeneralShare = 0.5, Precision = Precision.Float32 },
            Tokenizer = new TokenizerOptions { VocabularySize = 380 },
        },
    };

    /// <summary>Proves in a process of its own, which a test may kill.</summary>
    public static void Run(string folder) => ProofReportWriter.Write(ProofSuite.Run(Corpus, Options(folder) with { Systems = ["nulls.backbone"] }), Path.Combine(folder, "report.json"));

    private static string Key(int i) => $"book-{i}";

    private static string Text(int i) => $"In book {i} sleeps the {Animals[i * 7 % 10]}. In book {i} rules king {Kings[i * 3 % 10]}."
        + (i is >= 8 and < 20 ? $" In the river {Rivers[i % 4]} swims the {Fish[i % 4]}." : "");

    private static ProofProbe Probe(FactKind kind, string prompt, string[] answers, int right, string[] sources) =>
        new(kind, prompt, answers[right], [.. answers.Where((_, i) => i != right)], sources);
}
