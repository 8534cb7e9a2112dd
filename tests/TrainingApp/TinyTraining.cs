using Nulls.Model;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.TrainingApp;

/// <summary>Trains a tiny model in a work folder and saves it. Says "step" and the number after every step.</summary>
internal static class TinyTraining
{
    private static readonly string[] Animals = ["cat", "dog", "owl", "fox", "hen", "pig", "cow", "bat", "eel", "elk"];

    public static void Run(string workFolder, int stepsPerCheckpoint, string modelFolder, Precision precision)
    {
        using var bundle = NullsBundle.Train(
            [.. Animals.Select((_, i) => new Document(Text(i), $"book-{i}")), .. Enumerable.Range(20, 30).Select(i => new Document($"In book {i} nothing happens, as in book {i * 7 % 90}.", null))],
            Options(workFolder, stepsPerCheckpoint, precision),
            // Near enough to the corpus that the best step is a late one.
            [.. Animals.Select((animal, i) => new Document($"In book {i} the {animal} sleeps under the table", $"book-{i}")), new Document("In book 20 nothing happens.", null)],
            new Steps());
        bundle.Save(modelFolder);
    }

    private static NullsBundleOptions Options(string workFolder, int stepsPerCheckpoint, Precision precision) => new()
    {
        Model = new NullsConfig
        {
            Width = 32, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 1, HeadSize = 16, BackboneWidth = 32,
            SinkPoolWidth = 4 * 31, SinksPerSource = 4, ContextLength = 32,
        },
        // A share of general text that is no whole number of rows, so that what is left of it matters.
        Training = new TrainingOptions
        {
            Passes = 60, RowsPerStep = 4, GeneralShare = 0.3, BackboneSteps = 40, LearningRate = 1e-2, StepsPerValidation = 12, StepsPerReport = 1,
            StepsPerCheckpoint = stepsPerCheckpoint, Precision = precision,
        },
        Tokenizer = new TokenizerOptions { VocabularySize = 300 },
        WorkFolder = workFolder,
        Seed = 3,
    };

    private static string Text(int i) => $"In book {i} the {Animals[i]} sleeps under the table of the {Animals[^(i + 1)]}, and dreams of the {Animals[(i + 3) % 10]}.";

    private sealed class Steps : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => Line.Say($"step {value.Step} {value.StepCount} {value.Loss} {value.ValidationLoss}");
    }
}
