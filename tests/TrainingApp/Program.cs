using Nulls;
using Nulls.Model;
using Nulls.Text;
using Nulls.Training;

// An application that trains a tiny model in a work folder and saves it: TrainingApp WORK_FOLDER STEPS_PER_CHECKPOINT MODEL_FOLDER.
// It says "begun", then "step" and the number after every step, then "saved".
string[] animals = ["cat", "dog", "owl", "fox", "hen", "pig", "cow", "bat", "eel", "elk"];
var options = new NullsBundleOptions
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
        StepsPerCheckpoint = int.Parse(args[1]),
    },
    Tokenizer = new TokenizerOptions { VocabularySize = 300 },
    WorkFolder = args[0],
    Seed = 3,
};

Say("begun");
using var bundle = NullsBundle.Train(
    [.. animals.Select((_, i) => new Document(Text(i), $"book-{i}")), .. Enumerable.Range(20, 30).Select(i => new Document($"In book {i} nothing happens, as in book {i * 7 % 90}.", null))],
    options,
    // Near enough to the corpus that the best step is a late one.
    [.. animals.Select((animal, i) => new Document($"In book {i} the {animal} sleeps under the table", $"book-{i}")), new Document("In book 20 nothing happens.", null)],
    new Steps());
bundle.Save(args[2]);
Say("saved");

string Text(int i) => $"In book {i} the {animals[i]} sleeps under the table of the {animals[^(i + 1)]}, and dreams of the {animals[(i + 3) % 10]}.";

static void Say(string line)
{
    Console.WriteLine(line);
    Console.Out.Flush();
}

internal sealed class Steps : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        Console.WriteLine($"step {value.Step} {value.StepCount} {value.Loss} {value.ValidationLoss}");
        Console.Out.Flush();
    }
}
