using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Nulls.Benchmarks;
using TorchSharp;

namespace Nulls.Soak;

/// <summary>A hundred thousand predictions by engines of the injected pool: whether memory grows.</summary>
internal sealed class PredictionsPart : ISoakPart
{
    private const int ThreadCount = 4;

    public string Name => "predictions";

    public async IAsyncEnumerable<Figure> RunAsync(SoakSetting setting)
    {
        var questions = EncyclopediaModel.FindQuestions(setting.ModelFolder);
        var count = setting.Count(100_000, 4_000);
        await using var host = await SoakHost.StartAsync(setting.ModelFolder, setting.NewFolder("predictions"), model: model => model.AddPredictionEngine<PredictionRow, PredictedScore>());
        var pool = host.Services.GetRequiredService<ObjectPool<PredictionEngine<PredictionRow, PredictedScore>>>();
        Predict(count / 10);
        var (heapBefore, tensorsBefore) = (GC.GetTotalMemory(forceFullCollection: true), torch.Tensor.TotalCount);
        double growth;
        long wrong;
        await using (var memory = new MemoryWatch())
        {
            wrong = await Task.Run(() => Predict(count));
            growth = memory.GrowthMegabytes;
        }

        var (heap, tensors) = (GC.GetTotalMemory(forceFullCollection: true) - heapBefore, torch.Tensor.TotalCount - tensorsBefore);
        yield return new Figure("predictions.growthMegabytes", growth, 5, IsUpperBound: true,
            $"of the process in {count:N0} predictions by engines of the injected pool, {ThreadCount} at a time, after {count / 10:N0}: the median of the last fifth over that of the first; after a collection {heap / 1e6:0.00} MB more are in use on the heap, and {tensors} more tensors exist; {wrong} of them did not run the source's sinks");

        long Predict(int predictions)
        {
            var wrongOnes = 0L;
            Parallel.For(0, predictions, new ParallelOptions { MaxDegreeOfParallelism = ThreadCount }, i =>
            {
                var question = questions[i % questions.Count];
                var engine = pool.Get();
                try
                {
                    if (engine.Predict(new PredictionRow { Text = question.Prompt, Source = question.Source }).SinkState != "Own")
                        Interlocked.Increment(ref wrongOnes);
                }
                finally
                {
                    pool.Return(engine);
                }
            });
            return wrongOnes;
        }
    }
}
