using System.Diagnostics;

namespace Nulls.Tests.Support;

/// <summary>A managed program run as several ranks by Open MPI's mpirun.</summary>
internal sealed record MpiRun(int ExitCode, string Output, string Error, TimeSpan Elapsed)
{
    /// <summary>Gets why nothing can be run; null when it can.</summary>
    public static string? ReasonToSkip { get; } = FindReason();

    /// <exception cref="TimeoutException">The job ran for two minutes; it was ended.</exception>
    public static async Task<MpiRun> RunAsync(int rankCount, string assembly, params string[] arguments) =>
        await RunAsync(rankCount, new Dictionary<string, string>(), assembly, arguments);

    /// <exception cref="TimeoutException">The job ran for two minutes; it was ended.</exception>
    public static async Task<MpiRun> RunAsync(int rankCount, IReadOnlyDictionary<string, string> environment, string assembly, params string[] arguments)
    {
        // Machines that test have fewer cores than ranks, and often only root.
        string[] options = ["--allow-run-as-root", "--oversubscribe", "-np", $"{rankCount}"];
        var start = new ProcessStartInfo("mpirun", [.. options, DotNetProcess.Host, "exec", Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException("mpirun did not start.");
        process.StandardInput.Close();
        var ended = await DotNetProcess.EndAsync(process, $"{rankCount} ranks of '{assembly}'");
        return new MpiRun(ended.ExitCode, ended.Output, ended.Error, Stopwatch.GetElapsedTime(began));
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
