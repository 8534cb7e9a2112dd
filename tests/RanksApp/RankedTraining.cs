using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Nulls.Distributed;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.RanksApp;

/// <summary>A training as an application writes it: it knows nothing of ranks.</summary>
internal static class RankedTraining
{
    public static void Run(string folder)
    {
        var job = JsonSerializer.Deserialize<Job>(File.ReadAllText(Path.Combine(folder, "job.json")))!;
        var reports = new List<TrainingProgress>();
        var warnings = new List<string>();
        using var cancellation = new CancellationTokenSource();
        var wasCancelled = false;
        var start = DataParallel.Ranks.SharedByteCount;
        string[] digests = [];
        float[] scores = [];
        try
        {
            using var bundle = NullsBundle.Train(Corpus(job, cancellation), Options(job), new Callback(reports.Add), warnings.Add, cancellation.Token);
            digests = [.. bundle.Parts.Select(part => $"{part.Name} {Digest(part.Write)}")];
            scores = [.. bundle.Score([.. Documents(job).Select(document => new ScoringRequest(document.Text, document.Source))], ScoringOutputs.LogProbabilities).Select(result => result.Score)];
        }
        catch (OperationCanceledException)
        {
            wasCancelled = true;
        }

        var result = new Result([.. reports.Select(report => report.Loss)], warnings.Count, digests, scores, DataParallel.Ranks.SharedByteCount - start, wasCancelled);
        File.WriteAllText(Path.Combine(folder, $"rank-{DataParallel.Rank}.json"), JsonSerializer.Serialize(result));
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
            Passes = job.Passes, BackboneSteps = job.BackboneSteps, RowsPerStep = job.RowsPerStep, GeneralShare = job.GeneralShare,
            Isolation = job.Isolation, StepsPerReport = 1,
        },
        Tokenizer = new TokenizerOptions { VocabularySize = 300 },
        Routing = SinkRouting.NearestSources,
        Seed = 3,
    };

    // What happens to one rank happens while it reads its texts again, as far as a program can tell.
    private static IEnumerable<Document> Corpus(Job job, CancellationTokenSource cancellation)
    {
        if (DataParallel.Rank == job.StrayRank && job.Stray == "other corpus")
            return Documents(job).Append(new Document("Only this rank reads of snow.", "a stray source"));
        if (DataParallel.Rank == job.StrayRank && job.Stray == "cancel")
            cancellation.CancelAfter(TimeSpan.FromSeconds(1));
        return Documents(job);
    }

    private static IEnumerable<Document> Documents(Job job) =>
        Enumerable.Range(0, job.SourceCount).Select(i => new Document($"In book {i} the {Word(7 * i)} of the {Word(11 * i)} sleeps under the table of the {Word(13 * i)}.", $"book-{i}"))
            .Concat(Enumerable.Range(20, 20).Select(i => new Document($"In book {i} nothing happens to the {Word(i)}.", null)));

    private static string Word(int number) => string.Concat(Enumerable.Range(1, 3).Select(i => $"{"bdfgklmnprst"[(number * i) % 12]}{"aeiou"[(number / i) % 5]}"));

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
        public int StrayRank { get; init; } = -1;
        public string Stray { get; init; } = "";
    }

    internal sealed record Result(double[] Losses, int WarningCount, string[] Digests, float[] Scores, long SharedByteCount, bool WasCancelled);

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
