using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;

namespace Nulls.Examples;

/// <summary>Asks a saved model in a process of its own: what it answers there is what it answers here.</summary>
internal static class AskAgain
{
    private const string Verb = "ask-again";

    /// <summary>Tells whether this process is the one that asks again.</summary>
    public static bool IsAsked(string[] args) => args is [Verb, _, _, _];

    /// <summary>Scores texts with a saved model in a new process; the same columns come back as from <see cref="Score"/>.</summary>
    /// <exception cref="InvalidOperationException">The other process failed.</exception>
    public static float[][] InNewProcess(string modelPath, IReadOnlyList<Article> texts)
    {
        var folder = Directory.CreateTempSubdirectory("quickstart-");
        try
        {
            var questions = Path.Combine(folder.FullName, "questions.json");
            var answers = Path.Combine(folder.FullName, "answers.json");
            File.WriteAllText(questions, JsonSerializer.Serialize(texts));
            using var process = Process.Start(StartInfo([Verb, modelPath, questions, answers]))!;
            process.WaitForExit();
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize<float[][]>(File.ReadAllText(answers))!
                : throw new InvalidOperationException($"The process that loads '{modelPath}' ended with the exit code {process.ExitCode}; its error is above.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The new process. Nothing in it names a type of ours: the model file is all it needs.</summary>
    public static int Answer(string[] args)
    {
        var ml = new MLContext();
        ITransformer model = ml.Model.Load(args[1], out _);
        var texts = JsonSerializer.Deserialize<Article[]>(File.ReadAllText(args[2]))!;
        File.WriteAllText(args[3], JsonSerializer.Serialize(Score(ml, model, texts)));
        return 0;
    }

    /// <summary>Gives the log-probabilities of each text's tokens.</summary>
    public static float[][] Score(MLContext ml, ITransformer model, IEnumerable<Article> texts)
    {
        var scored = model.Transform(ml.Data.LoadFromEnumerable(texts));
        return [.. ml.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false, ignoreMissingColumns: true).Select(row => row.TokenLogProbabilities)];
    }

    private static ProcessStartInfo StartInfo(string[] args)
    {
        // Started as Quickstart or as `dotnet Quickstart.dll`: start again the same way.
        var host = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new ProcessStartInfo(host, isHost ? [typeof(AskAgain).Assembly.Location, .. args] : args);
    }
}
