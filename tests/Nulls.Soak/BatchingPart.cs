using System.Diagnostics;
using Nulls.Benchmarks;
using Nulls.Inference;

namespace Nulls.Soak;

/// <summary>Sixteen clients of a service that computes what waits together, against the same clients of one that computes one request at a time.</summary>
internal sealed class BatchingPart : ISoakPart
{
    private const int ClientCount = 16;
    private const int Rounds = 3;

    public string Name => "batching";

    public async IAsyncEnumerable<Figure> RunAsync(SoakSetting setting)
    {
        var questions = EncyclopediaModel.FindQuestions(setting.ModelFolder);
        var time = TimeSpan.FromSeconds(setting.Count(4, 1));
        await using var together = await SoakHost.StartAsync(setting.ModelFolder, setting.NewFolder("together"));
        await using var single = await SoakHost.StartAsync(setting.ModelFolder, setting.NewFolder("single"), o => o.MaxBatchSize = 1);
        var (manyRates, oneRates) = (new List<double>(), new List<double>());

        // In turns, so that whatever else the machine does meets both alike; the first turn is not counted.
        for (var round = -1; round < Rounds; round++)
        {
            var one = await RateAsync(single, questions, time);
            var many = await RateAsync(together, questions, time);
            if (round < 0)
                continue;
            oneRates.Add(one);
            manyRates.Add(many);
        }

        var (manyRate, oneRate) = (Median(manyRates), Median(oneRates));
        yield return new Figure("batching.ratio", manyRate / oneRate, 4, IsUpperBound: false,
            $"{ClientCount} clients that score answers: {manyRate:N0} a second together, {oneRate:N0} with MaxBatchSize = 1; medians of {Rounds} turns of {time.TotalSeconds:0} s");
    }

    private static async Task<double> RateAsync(SoakHost host, IReadOnlyList<KnownQuestion> questions, TimeSpan time)
    {
        var scorer = host.Scorer;
        using var end = new CancellationTokenSource(time);
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, ClientCount).Select(seed => Task.Run(async () =>
        {
            var (random, count) = (new Random(seed), 0);
            for (; !end.IsCancellationRequested; count++)
                await scorer.ScoreAsync(questions[random.Next(questions.Count)].ToScore, ScoringOutputs.LogProbabilities);
            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
