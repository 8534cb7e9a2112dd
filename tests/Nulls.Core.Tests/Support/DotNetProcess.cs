using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Nulls.Tests.Support;

/// <summary>A managed program run in a process of its own, with the runtime that runs the tests.</summary>
internal sealed record DotNetProcess(int ExitCode, string Output, string Error)
{
    /// <summary>Gets the runtime's program: three folders above &lt;dotnet&gt;/shared/Microsoft.NETCore.App/&lt;version&gt;/.</summary>
    public static string Host { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <exception cref="TimeoutException">The program ran for two minutes; it was ended.</exception>
    public static async Task<DotNetProcess> RunAsync(string assembly, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        using var process = Start(assembly, environment, arguments);
        return await EndAsync(process, $"'{assembly}'");
    }

    /// <summary>Reads both outputs of a program to its end.</summary>
    /// <exception cref="TimeoutException">The program ran for two minutes; it was ended.</exception>
    public static async Task<DotNetProcess> EndAsync(Process process, string name)
    {
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
            throw new TimeoutException($"{name} did not end within {Limit.TotalMinutes} minutes.", cause);
        }

        return new DotNetProcess(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a program, for whoever ends it: both its outputs are to be read.</summary>
    public static Process Start(string assembly, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        var start = new ProcessStartInfo(Host, ["exec", assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"'{Host}' did not start.");
    }
}
