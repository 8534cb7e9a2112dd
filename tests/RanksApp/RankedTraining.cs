using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Nulls.Distributed;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.RanksApp;

/// <summary>A training as an application writes it, which knows nothing of ranks; and what one stray rank does to it.</summary>
internal static class RankedTraining
{
    // The step after which a stray rank is told to do it.
    private const int StraySteps = 20;

    public static void Run(string folder)
    {
        var job = JsonSerializer.Deserialize<Job>(File.ReadAllText(Path.Combine(folder, "job.json")))!;
        var reports = new List<TrainingProgress>();
        var warnings = new List<string>();
        using var cancellation = new CancellationTokenSource();
        var signal = Path.Combine(folder, "stray");
        if (DataParallel.Rank == job.StrayRank)
            new Thread(() => StrayAt(signal, job.Stray, cancellation)) { IsBackground = true }.Start();

        var wasCancelled = false;
        string[] digests = [];
        float[] scores = [];
        try
        {
            using var bundle = NullsBundle.Train(Corpus(job), Options(job), Validation(job), new Callback(Report), warnings.Add, cancellation.Token);
            digests = [.. bundle.Parts.Select(part => $"{part.Name} {Digest(part.Write)}")];
            scores = [.. bundle.Score([.. Documents(job).Select(document => new ScoringRequest(document.Text, document.Source))], ScoringOutputs.LogProbabilities).Select(result => result.Score)];
        }
        catch (OperationCanceledException)
        {
            wasCancelled = true;
        }

        var result = new Result(
            [.. reports.Select(report => report.Loss)], [.. reports.Select(report => report.ValidationLoss ?? 0)], reports.Count > 0 ? reports[^1].Step : 0, [.. warnings], digests, scores,
            DataParallel.Ranks.SharedByteCount, wasCancelled);
        File.WriteAllText(Path.Combine(folder, $"rank-{DataParallel.Rank}.json"), JsonSerializer.Serialize(result));

        void Report(TrainingProgress progress)
        {
            reports.Add(progress);
            if (job.Stray.Length == 0 || progress.Step < StraySteps)
                return;

            File.WriteAllText(signal, "");
            // Time to stray before the training is over.
            Thread.Sleep(100);
        }
    }

    private static void StrayAt(string signal, string stray, CancellationTokenSource cancellation)
    {
        while (!File.Exists(signal))
            Thread.Sleep(5);
        if (stray == "kill")
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
        else if (stray == "cancel")
        {
            cancellation.Cancel();
        }
    }

    private static NullsBundleOptions Options(Job job) => new()
    {
        Model = new NullsConfig
        {
            Width = 32, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 1, HeadSize = 16, BackboneWidth = 32,
            SinkPoolWidth = 4 * job.SinksPerGroup, SinksPerSource = 4, ContextLength = 32,
        },
        Training = new TrainingOptions
        {
            // In 16 bits another order of additions would show in the fourth digit.
            Precision = Precision.Float32,
            Passes = job.Passes, BackboneSteps = job.BackboneSteps, RowsPerStep = job.RowsPerStep, GeneralShare = job.GeneralShare,
            Isolation = job.Isolation, StepsPerReport = 1, StepsPerValidation = 10, StepsPerCheckpoint = 7,
        },
        Tokenizer = new TokenizerOptions { VocabularySize = 300 },
        Routing = SinkRouting.NearestSources,
        WorkFolder = job.WorkFolder,
        Seed = 3,
    };

    private static IEnumerable<Document> Corpus(Job job)
    {
        foreach (var document in Documents(job))
            yield return document;
        if (DataParallel.Rank != job.StrayRank)
            yield break;
        if (job.Stray == "throw")
            throw new IOException("The tape broke.");
        if (job.Stray == "other corpus")
            yield return new Document("Only this rank reads of snow.", "a stray source");
    }

    private static IEnumerable<Document> Documents(Job job) =>
        Enumerable.Range(0, job.SourceCount).Select(i => new Document($"In book {i} the {Word(7 * i)} of the {Word(11 * i)} sleeps under the table of the {Word(13 * i)}.", $"book-{i}"))
            .Concat(Enumerable.Range(20, 20).Select(i => new Document($"In book {i} nothing happens to the {Word(i)}.", null)));

    private static IEnumerable<Document> Validation(Job job) =>
        job.HasValidation ? Enumerable.Range(0, 40).Select(i => new Document($"In book {i} the {Word(7 * i)} sleeps, and nothing happens to the {Word(i)}.", i < 10 ? $"book-{i}" : null)) : [];

    private static string Word(int number) => string.Concat(Enumerable.Range(1, 3).Select(i => $"{"bdfgklmnprst"[number * i % 12]}{"aeiou"[number / i % 5]}"));

    private static string Digest(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Convert.ToHexString(SHA256.HashData(stream.ToArray()));
    }

    internal sealed record Job
    {
        public Isolation Isolation { get; init; }
        public int Passes { get; init; } = 20;
        public int BackboneSteps { get; init; } = 10;
        public int RowsPerStep { get; init; } = 8;
        public double GeneralShare { get; init; } = 0.25;
        public int SourceCount { get; init; } = 10;
        public int SinksPerGroup { get; init; } = 31;
        public bool HasValidation { get; init; }
        public string? WorkFolder { get; init; }
        public int StrayRank { get; init; } = -1;
        public string Stray { get; init; } = "";
    }

    internal sealed record Result(
        double[] Losses, double[] ValidationLosses, int LastStep, string[] Warnings, string[] Digests, float[] Scores, long SharedByteCount, bool WasCancelled);

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
