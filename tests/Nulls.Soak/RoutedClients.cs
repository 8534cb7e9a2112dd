using Nulls.Inference;
using Nulls.MLNet.Hosting;

namespace Nulls.Soak;

/// <summary>Clients whose questions name no source, so that the text alone chooses who answers.</summary>
internal sealed class RoutedClients(INullsScorer scorer, IReadOnlyList<WatchedSource> sources, Findings findings)
{
    /// <summary>Runs so many clients at once, each to the end of the request that it is in when the time is over.</summary>
    public async Task RunAsync(int count, TimeSpan time)
    {
        using var end = new CancellationTokenSource(time);
        await Task.WhenAll(Enumerable.Range(0, count).Select(seed => Task.Run(() => RunOneAsync(new Random(seed), end.Token))));
    }

    private async Task RunOneAsync(Random random, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var source = sources[random.Next(sources.Count)];
            var question = source.Questions[random.Next(source.Questions.Count)];
            try
            {
                var pending = source.Ask(() => scorer.CompleteAsync(question.ToComplete with { Source = null }, EncyclopediaModel.Generation), out var answer);
                var result = await answer;
                var ranSinks = result.SinkSources.Contains(source.Id);

                // Other sources may know the same word, and the nearest need not be the right one: the sources reported alone tell.
                var judgement = source.Judge(pending);
                findings.Judge(judgement.Expectation == Expectation.Forgotten ? judgement : judgement with { Expectation = Expectation.Either }, ranSinks, ranSinks, $"completion '{result.Completion}', {result.SinkState}");
            }
#pragma warning disable CA1031 // Whatever it is, it is what the soak looks for.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                findings.AddError($"{failure.GetType().Name}: {failure.Message}");
            }
        }
    }
}
