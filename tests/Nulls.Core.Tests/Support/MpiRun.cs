using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Nulls.Tests.Support;

/// <summary>A managed program run as several ranks by Open MPI's mpirun.</summary>
internal sealed record MpiRun(int ExitCode, string Output, string Error, TimeSpan Elapsed)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Gets why nothing can be run; null when it can.</summary>
    public static string? ReasonToSkip { get; } = FindReason();

    /// <exception cref="TimeoutException">The job ran for two minutes; it was ended.</exception>
    public static async Task<MpiRun> RunAsync(int rankCount, string assembly, params string[] arguments) =>
        await RunAsync(rankCount, new Dictionary<string, string>(), assembly, arguments);

    /// <exception cref="TimeoutException">The job ran for two minutes; it was ended.</exception>
    public static async Task<MpiRun> RunAsync(int rankCount, IReadOnlyDictionary<string, string> environment, string assembly, params string[] arguments)
    {
        // <dotnet>/shared/Microsoft.NETCore.App/<version>/
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        // Machines that test have fewer cores than ranks, and often only root.
        string[] options = ["--allow-run-as-root", "--oversubscribe", "-np", $"{rankCount}"];
        var start = new ProcessStartInfo("mpirun", [.. options, dotnet, "exec", Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException("mpirun did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException cause)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{rankCount} ranks of '{assembly}' did not end within {Limit.TotalMinutes} minutes.", cause);
        }

        return new MpiRun(process.ExitCode, await output, await error, Stopwatch.GetElapsedTime(began));
    }

    private static string? FindReason()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("mpirun", "--version") { RedirectStandardOutput = true, RedirectStandardError = true });
            var version = process!.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return version.Contains("Open MPI", StringComparison.Ordinal)
                ? null
                : "mpirun is not that of Open MPI (on Debian and Ubuntu: apt-get install openmpi-bin).";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "There is no mpirun (on Debian and Ubuntu: apt-get install openmpi-bin).";
        }
    }
}
