using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Nulls.Distributed;
using Nulls.Model;
using Nulls.Text;
using Nulls.Training;
using TorchSharp;

namespace Nulls.Benchmarks;

/// <summary>The small model trained by two ranks of one thread, against one rank of one thread with the same rows a step.</summary>
/// <remarks>mpirun starts this program anew for every turn, with a hidden option; what counts is the time of a step, once the first are over.</remarks>
internal sealed class RanksBenchmark : IBenchmark
{
    /// <summary>The option that makes this program a rank; its values are the file that rank 0 writes, and the rows of a step.</summary>
    public const string RankOption = "--rank-of-benchmark";

    private const int Rounds = 3;
    private const int StepCount = 11;
    private const int WarmUpSteps = 2;

    // Several ranks share steps that are worth it: twice the default's.
    private const int RowsPerStep = 64;

    // More rows at once are slower a token, and one rank has more of them: as many for both, however they share the step.
    private const int MicroBatchRows = 16;

    private static readonly NullsConfig Config = NullsConfig.Small with { VocabularySize = 4096 };

    public string Name => "mpi";

    public bool DependsOnThreads => false;

    public IEnumerable<Figure> Run(int threadCount)
    {
        if (ReasonToSkip() is { } reason)
        {
            Console.WriteLine($"mpi.twoRanks is not measured: {reason}");
            yield break;
        }

        yield return Measure("mpi.twoRanks", RowsPerStep);
        yield return Measure("mpi.twoRanksDefaultRows", new TrainingOptions().RowsPerStep);
    }

    /// <summary>What every rank does: trains, and rank 0 writes the seconds of every step after the first ones.</summary>
    /// <param name="file">The file that rank 0 writes.</param>
    /// <param name="rowsPerStep">The rows of a step of all ranks.</param>
    public static void RunRank(string file, int rowsPerStep)
    {
        torch.set_num_threads(1);
        // Not Auto: each rank would find out by itself, and might find another.
        var options = new TrainingOptions { Passes = 1, RowsPerStep = rowsPerStep, MicroBatchRows = MicroBatchRows, StepsPerReport = 1, Precision = FastPrecision() };
        using var model = new NullsModel(Config, torch.CPU);
        var steps = new Steps();
        new Trainer(model, Config.CreateAllocation(), options, seed: 1, DataParallel.Ranks).Train(TokenCorpora.Of(Documents(options)), endOfTextId: 0, steps);
        if (DataParallel.Rank == 0)
            File.WriteAllText(file, JsonSerializer.Serialize(steps.Seconds.Skip(WarmUpSteps)));
    }

    private static Figure Measure(string name, int rowsPerStep)
    {
        var (one, two, apart) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            one.AddRange(StepSeconds(rankCount: 1, rowsPerStep));
            two.AddRange(StepSeconds(rankCount: 2, rowsPerStep));
            apart.AddRange(SecondsApart(rowsPerStep / 2));
        }

        var tokens = rowsPerStep * Config.ContextLength;
        var (oneSeconds, twoSeconds, apartSeconds) = (Median(one), Median(two), Median(apart));
        return new Figure(name, oneSeconds / twoSeconds, 1.8, IsUpperBound: false,
            $"2 ranks of one thread {tokens / twoSeconds:N0} tokens/s, 1 rank {tokens / oneSeconds:N0}; {Config.Width} wide, {Config.LayerCount} layers, {tokens:N0} tokens a step, {FastPrecision()}; " +
            $"two processes that exchange nothing, with half the rows each, {oneSeconds / apartSeconds:0.00} times one");
    }

    private static string? ReasonToSkip()
    {
        if (Environment.ProcessorCount < 2)
            return "there is one core only.";
        try
        {
            using var process = Process.Start(new ProcessStartInfo("mpirun", "--version") { RedirectStandardOutput = true });
            var version = process!.StandardOutput.ReadToEnd(); // A program of its own is a process of its own.
            process.WaitForExit();
            return version.Contains("Open MPI", StringComparison.Ordinal) ? null : "mpirun is not that of Open MPI.";
        }
        catch (Win32Exception)
        {
            return "there is no mpirun (on Debian and Ubuntu: apt-get install openmpi-bin).";
        }
    }

    // What two cores of this machine do for two trainings at once: the most that ranks can reach.
    private static double[] SecondsApart(int rowsPerStep)
    {
        using RankRun first = new(rankCount: 1, rowsPerStep), second = new(rankCount: 1, rowsPerStep);
        return [.. first.StepSeconds(), .. second.StepSeconds()];
    }

    private static double[] StepSeconds(int rankCount, int rowsPerStep)
    {
        using var run = new RankRun(rankCount, rowsPerStep);
        return run.StepSeconds();
    }

    // Started by the dotnet host, the program is its first argument.
    private static string[] OwnAssembly() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(RanksBenchmark).Assembly.Location] : [];

    // Each fills a row.
    private static TokenDocument[] Documents(TrainingOptions options)
    {
        var random = new Random(1);
        var sourceRows = (int)(options.RowsPerStep * (1 - options.GeneralShare)) * StepCount;
        return [.. Enumerable.Range(0, 2 * sourceRows).Select(i => new TokenDocument(
            [[.. Enumerable.Range(0, Config.ContextLength - 1).Select(_ => random.Next(1, Config.VocabularySize))]], i < sourceRows ? i : -1))];
    }

    private static Precision FastPrecision()
    {
        try
        {
            return PrecisionCheck.Resolve(Precision.BFloat16, torch.CPU);
        }
        catch (PlatformNotSupportedException)
        {
            return Precision.Float32;
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    /// <summary>A training by some ranks, from its start on.</summary>
    private sealed class RankRun : IDisposable
    {
        private readonly string _file = Path.GetTempFileName();
        private readonly Process _process;

        public RankRun(int rankCount, int rowsPerStep)
        {
            // Unbound, or two programs of one rank each would share the first core.
            string[] options = ["--allow-run-as-root", "--bind-to", "none", "-np", $"{rankCount}"];
            var start = new ProcessStartInfo("mpirun", [.. options, Environment.ProcessPath!, .. OwnAssembly(), RankOption, _file, $"{rowsPerStep}"]); // It runs, so it has a path.
            start.Environment["OMP_NUM_THREADS"] = "1";
            // Compiled at once: a training is long, and in its first minute the compiler would take part of the ranks' cores.
            start.Environment["DOTNET_TieredCompilation"] = "0";
            _process = Process.Start(start)!; // A program of its own is a process of its own.
        }

        public double[] StepSeconds()
        {
            _process.WaitForExit();
            return _process.ExitCode == 0
                ? JsonSerializer.Deserialize<double[]>(File.ReadAllText(_file))! // It was no null.
                : throw new InvalidOperationException($"mpirun ended with code {_process.ExitCode}.");
        }

        public void Dispose()
        {
            _process.Dispose();
            File.Delete(_file);
        }
    }

    private sealed class Steps : IProgress<TrainingProgress>
    {
        private TimeSpan _last;

        public List<double> Seconds { get; } = [];

        public void Report(TrainingProgress value)
        {
            Seconds.Add((value.Elapsed - _last).TotalSeconds);
            _last = value.Elapsed;
        }
    }
}
