using System.Diagnostics;
using Nulls.Inference;
using Nulls.MLNet.Hosting;

namespace Nulls.Soak;

/// <summary>Clients that ask one question after the other, and judge each answer by the fact in it and by the sources it reports.</summary>
/// <remarks>Six of ten requests score an answer, three complete a question, one streams.</remarks>
internal sealed class Clients(INullsScorer scorer, IReadOnlyList<WatchedSource> sources, Findings findings)
{
    private const ScoringOutputs Scored = ScoringOutputs.LogProbabilities | ScoringOutputs.SinkState;

    private long _seeds;

    /// <summary>Runs so many clients at once, each to the end of the request that it is in when the time is over.</summary>
    /// <returns>How long each request took.</returns>
    public async Task<LatencyHistogram> RunAsync(int count, TimeSpan time)
    {
        var latencies = new LatencyHistogram();
        using var end = new CancellationTokenSource(time);
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() => RunOneAsync(new Random((int)Interlocked.Increment(ref _seeds)), latencies, end.Token))));
        return latencies;
    }

    private async Task RunOneAsync(Random random, LatencyHistogram latencies, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var source = sources[random.Next(sources.Count)];
            var question = source.Questions[random.Next(source.Questions.Count)];
            var start = Stopwatch.GetTimestamp();
            try
            {
                switch (random.Next(10))
                {
                    case < 6:
                        await ScoreAsync(source, question);
                        break;
                    case < 9:
                        await CompleteAsync(source, question);
                        break;
                    default:
                        await StreamAsync(source, question);
                        break;
                }

                latencies.Add(Stopwatch.GetElapsedTime(start));
            }
#pragma warning disable CA1031 // Whatever it is, it is what the soak looks for.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                findings.AddError($"{failure.GetType().Name}: {failure.Message}");
            }
        }
    }

    private async Task ScoreAsync(WatchedSource source, KnownQuestion question)
    {
        var pending = source.Ask(() => scorer.ScoreAsync(question.ToScore, Scored), out var answer);
        var result = await answer;
        findings.Judge(source.Judge(pending), question.IsKnownAt(result.Score), RanSinksOf(result, source), $"score {result.Score:0.00}, {result.SinkState}");
    }

    private async Task CompleteAsync(WatchedSource source, KnownQuestion question)
    {
        var pending = source.Ask(() => scorer.CompleteAsync(question.ToComplete, EncyclopediaModel.Generation), out var answer);
        var result = await answer;
        findings.Judge(source.Judge(pending), question.IsKnownIn(result.Completion), RanSinksOf(result, source), $"completion '{result.Completion}', {result.SinkState}");
    }

    // The fact is told at the first word. What follows a word that came before a deletion may go on from it.
    private async Task StreamAsync(WatchedSource source, KnownQuestion question)
    {
        await using var pieces = scorer.StreamAsync(question.ToComplete, EncyclopediaModel.Generation).GetAsyncEnumerator();
        var text = "";
        Judgement? judgement = null;
        while (text.Trim().Length < question.Answer.Length)
        {
            var pending = source.Ask(() => pieces.MoveNextAsync().AsTask(), out var hasPiece);
            var isThere = await hasPiece;
            var now = source.Judge(pending);
            judgement = judgement is null || now == judgement ? now : new Judgement(Expectation.Either, WasUnderWay: true);
            if (!isThere)
                break;
            text += pieces.Current;
        }

        var isKnown = question.IsKnownIn(text);
        findings.Judge(judgement ?? default, isKnown, isKnown, $"streamed '{text}'");
    }

    private static bool RanSinksOf(ScoringResult result, WatchedSource source) => result.SinkState == SinkState.Own || result.SinkSources.Contains(source.Id);
}
