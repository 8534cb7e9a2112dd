using System.Diagnostics;
using Nulls.Benchmarks;

namespace Nulls.Soak;

/// <summary>How long a deletion takes until it is acknowledged, and after that until another process no longer answers from the source.</summary>
internal sealed class DeletePart : ISoakPart
{
    public string Name => "delete";

    public async IAsyncEnumerable<Figure> RunAsync(SoakSetting setting)
    {
        var questions = EncyclopediaModel.FindQuestions(setting.ModelFolder).DistinctBy(question => question.Source).ToArray();
        var ledgerFolder = setting.NewFolder("delete");
        await using var host = await SoakHost.StartAsync(setting.ModelFolder, ledgerFolder);
        var milliseconds = new List<double>();
        for (var i = -10; i < setting.Count(300, 50); i++)
        {
            var source = questions[(i + 10) % questions.Length].Source;
            var start = Stopwatch.GetTimestamp();
            await host.Unlearning.UnlearnAsync([source], Orders.Request);
            if (i >= 0)
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await host.Unlearning.RestoreAsync([source], Orders.Request);
        }

        milliseconds.Sort();
        yield return new Figure("delete.milliseconds", milliseconds[milliseconds.Count / 2], 5, IsUpperBound: true,
            $"median of {milliseconds.Count} deletions, on the disk and in force when acknowledged; 95 of 100 within {milliseconds[milliseconds.Count * 95 / 100]:0.0} ms, at most {milliseconds[^1]:0.0}; ledger in a file");

        using var second = SecondInstance.Start(setting.ModelFolder, ledgerFolder);
        var (reached, random) = (new List<double>(), new Random(1));
        foreach (var question in questions.Take(setting.Count(40, 5)))
        {
            await second.AskUntilForgottenAsync(question);
            // At any moment between two of its looks at the ledger.
            await Task.Delay(SecondInstance.PollInterval * random.NextDouble());
            await host.Unlearning.UnlearnAsync([question.Source], Orders.Request);
            var acknowledged = Stopwatch.GetTimestamp();
            reached.Add(Stopwatch.GetElapsedTime(acknowledged, await second.ForgottenAsync()).TotalMilliseconds);
        }

        reached.Sort();
        yield return new Figure("delete.secondInstanceMilliseconds", reached[^1], 1_000, IsUpperBound: true,
            $"the longest of {reached.Count}, from the acknowledgement to the first answer of another process without the source's sinks and its fact; median {reached[reached.Count / 2]:0}; it looks at the ledger every {SecondInstance.PollInterval.TotalMilliseconds:0} ms");
    }
}
