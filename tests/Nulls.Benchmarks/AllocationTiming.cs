using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Nulls.Model;
using Nulls.Sinks;

namespace Nulls.Benchmarks;

/// <summary>The time of giving one source of six million its sinks at the paper's sizes, by BenchmarkDotNet in this process.</summary>
/// <remarks>Public because BenchmarkDotNet needs it so.</remarks>
public class AllocationTiming
{
    private const int Sources = 1_024;
    private readonly SinkAllocation _allocation = (NullsConfig.Paper1B with { AllocationDegree = 4 }).CreateAllocation();
    private readonly long[] _indices = new long[Sources];

    /// <summary>Draws the sources.</summary>
    [GlobalSetup]
    public void Draw()
    {
        var random = new Random(1);
        for (var i = 0; i < Sources; i++)
            _indices[i] = random.Next(SourcesBenchmark.SourceCount);
    }

    /// <summary>Allocates.</summary>
    /// <returns>The sinks' number, so that nothing is left out.</returns>
    [Benchmark(OperationsPerInvoke = Sources)]
    public int Allocate()
    {
        var count = 0;
        foreach (var index in _indices)
            count += _allocation.Allocate(index).Count;
        return count;
    }

    internal static double Microseconds()
    {
        var artifacts = Directory.CreateTempSubdirectory("nulls-benchmarks-");
        try
        {
            var config = ManualConfig.CreateEmpty()
                .AddJob(Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance).WithIterationCount(15))
                .AddLogger(NullLogger.Instance)
                .WithArtifactsPath(artifacts.FullName)
                .WithOptions(ConfigOptions.DisableOptimizationsValidator | ConfigOptions.DisableLogFile);
            var report = BenchmarkRunner.Run<AllocationTiming>(config).Reports.Single();
            return (report.ResultStatistics ?? throw new InvalidOperationException("BenchmarkDotNet measured nothing.")).Median / 1_000;
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }
}
