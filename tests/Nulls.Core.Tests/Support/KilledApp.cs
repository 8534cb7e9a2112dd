using System.Diagnostics;

namespace Nulls.Tests.Support;

/// <summary>TrainingApp in a process of its own, which is ended as the power ends it, at any instant.</summary>
internal sealed class KilledApp : IDisposable
{
    private static readonly string App = Path.Combine(AppContext.BaseDirectory, "TrainingApp.dll");
    private static readonly Dictionary<string, string> OneThread = new() { ["OMP_NUM_THREADS"] = "1" };

    private readonly Process _process;
    private readonly Task<string> _error;

    private KilledApp(string[] arguments)
    {
        _process = DotNetProcess.Start(App, OneThread, arguments);
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Runs it to its end, which must be a good one.</summary>
    public static async Task RunToTheEnd(params string[] arguments)
    {
        var ended = await DotNetProcess.RunAsync(App, OneThread, arguments);
        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.EndsWith("done", ended.Output.TrimEnd(), StringComparison.Ordinal);
    }

    /// <summary>Starts it, and returns when its work begins.</summary>
    public static async Task<KilledApp> Begin(params string[] arguments)
    {
        var app = new KilledApp(arguments);
        await app.ReadUntil("begun");
        return app;
    }

    /// <summary>Returns when it has said a word, or has ended.</summary>
    public async Task ReadUntil(string word)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(word, StringComparison.Ordinal))
                return;
        }
    }

    /// <summary>Returns when so many different paths were seen, or it has ended.</summary>
    public void WaitFor(int count, Func<IEnumerable<string>> paths)
    {
        var seen = new HashSet<string>();
        while (seen.Count < count && !_process.HasExited)
            seen.UnionWith(paths());
    }

    /// <summary>Kills it; false when it had ended before its time had come.</summary>
    public async Task<bool> Kill()
    {
        _process.Kill();
        _ = _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        if (_process.ExitCode == 0)
            return false;

        // It was ended by us, not by an error of its own.
        Assert.Equal("", await _error);
        return true;
    }

    public void Dispose() => _process.Dispose();
}
