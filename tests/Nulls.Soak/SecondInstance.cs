using System.Diagnostics;
using System.Runtime.InteropServices;
using Nulls.Inference;

namespace Nulls.Soak;

/// <summary>Another process that serves the same model with the same ledger, and asks one question again and again until the source is forgotten.</summary>
internal sealed class SecondInstance : IDisposable
{
    /// <summary>The hidden option that makes a process one: the folders of model and ledger.</summary>
    public const string Option = "--second-instance";

    private const int AskedAgain = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private SecondInstance(Process process) => _process = process;

    /// <summary>Gets how often it looks at the ledger: the default of the service's options.</summary>
    public static TimeSpan PollInterval => new MLNet.Hosting.NullsServiceOptions().LedgerPollInterval;

    public static SecondInstance Start(string modelFolder, string ledgerFolder)
    {
        // <dotnet>/shared/Microsoft.NETCore.App/<version>/
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(dotnet, ["exec", typeof(SecondInstance).Assembly.Location, Option, modelFolder, ledgerFolder]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new SecondInstance(Process.Start(start) ?? throw new InvalidOperationException($"'{dotnet}' did not start."));
    }

    /// <summary>Has it ask a question until the source is forgotten; returns once it has answered from the source.</summary>
    public async Task AskUntilForgottenAsync(KnownQuestion question)
    {
        await _process.StandardInput.WriteLineAsync(question.Source);
        await _process.StandardInput.FlushAsync();
        await ReadAsync();
    }

    /// <summary>Waits until it forgot; returns when that was, by the clock of <see cref="Stopwatch"/>, which all processes of a machine share.</summary>
    public async Task<long> ForgottenAsync() => long.Parse(await ReadAsync());

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Patience))
            _process.Kill();
        _process.Dispose();
    }

    /// <summary>What the process does: a source's key a line comes in, and two lines go out, when it is known and when it is forgotten.</summary>
    public static async Task RunAsync(string modelFolder, string ledgerFolder)
    {
        var questions = EncyclopediaModel.FindQuestions(modelFolder).DistinctBy(question => question.Source).ToDictionary(question => question.Source);
        await using var host = await SoakHost.StartAsync(modelFolder, ledgerFolder);
        while (await Console.In.ReadLineAsync() is { } source)
        {
            while (!await IsKnownAsync(source))
                await Task.Delay(1);
            Console.WriteLine("known");
            while (await IsKnownAsync(source))
                await Task.Delay(1);
            var forgotten = Stopwatch.GetTimestamp();
            for (var again = 0; again < AskedAgain; again++)
            {
                if (await IsKnownAsync(source))
                    throw new InvalidOperationException("A source that was forgotten answered again.");
            }

            Console.WriteLine(forgotten);
        }

        async Task<bool> IsKnownAsync(string source)
        {
            var result = await host.Scorer.ScoreAsync(questions[source].ToScore, ScoringOutputs.LogProbabilities | ScoringOutputs.SinkState);
            if (result.SinkState == SinkState.Own != questions[source].IsKnownAt(result.Score))
                throw new InvalidOperationException($"The answer's score {result.Score} contradicts its state {result.SinkState}.");
            return result.SinkState == SinkState.Own;
        }
    }

    private async Task<string> ReadAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The second instance ended early; what it said of the reason is above.");
    }
}
