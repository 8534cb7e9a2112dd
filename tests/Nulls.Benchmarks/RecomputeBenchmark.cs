using System.Globalization;
using System.Runtime.InteropServices;
using Nulls.Model;
using Nulls.Training;

namespace Nulls.Benchmarks;

/// <summary>What <see cref="TrainingOptions.ActivationCheckpointing"/> saves of memory, and what it costs in time.</summary>
/// <remarks>Not in the summary: it reads the process's peak from Linux.</remarks>
internal sealed class RecomputeBenchmark : IBenchmark
{
    private const int LayerCount = 8;
    private const int RowCount = 2;

    public string Name => "recompute";

    public bool DependsOnThreads => false;

    public bool IsInSummary => false;

    public IEnumerable<Figure> Run(int threadCount)
    {
        if (!OperatingSystem.IsLinux())
        {
            Console.WriteLine("recompute.memory is not measured: the peak of a process is read from Linux.");
            yield break;
        }

        // A small pool and vocabulary, so that activations are what there is to see.
        var config = PaperModel.Config with { LayerCount = LayerCount, VocabularySize = 4_096, SinkPoolWidth = 400 };
        var documents = PaperModel.Documents(config, RowCount, config.ContextLength);
        var (recomputed, recomputedSeconds) = Measure(config, documents, recomputes: true);
        var (kept, keptSeconds) = Measure(config, documents, recomputes: false);
        yield return new Figure(
            "recompute.memory", kept / (double)recomputed, 1.3, IsUpperBound: false,
            $"a micro-batch of {RowCount} rows of {config.ContextLength:N0} tokens, {LayerCount} layers, {config.Width} wide, bfloat16, took {kept >> 20:N0} MiB with activations kept and {recomputed >> 20:N0} MiB with them computed again");
        yield return new Figure("recompute.time", recomputedSeconds / keptSeconds, 1.45, IsUpperBound: true, $"{recomputedSeconds:0.00} s against {keptSeconds:0.00} s");
    }

    private static (long Bytes, double Seconds) Measure(NullsConfig config, TokenSequence[] documents, bool recomputes)
    {
        using var step = new StepRunner(config, documents, new TrainingOptions { Precision = Precision.BFloat16, ActivationCheckpointing = recomputes });
        // Buffers that last are there behind the first; what it freed is given back, so that the second shows all that it takes.
        step.MicroBatch();
        _ = malloc_trim(0);
        var before = Status("VmRSS:");
        // Linux then counts the peak anew.
        File.WriteAllText("/proc/self/clear_refs", "5");
        step.MicroBatch();
        var peak = Status("VmHWM:") - before;
        return (peak, Paired.Seconds(step.MicroBatch, rounds: 3));
    }

    [DllImport("libc.so.6"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int malloc_trim(nuint padding);

    private static long Status(string name)
    {
        var line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
