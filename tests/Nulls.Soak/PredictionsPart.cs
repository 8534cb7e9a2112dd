using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Nulls.Benchmarks;
using TorchSharp;

namespace Nulls.Soak;

/// <summary>A hundred thousand predictions by engines of the injected pool, and after those a hundred thousand more: whether memory goes on growing.</summary>
/// <remarks>
/// In the first, a process reaches its size: the native allocator's arenas, one a thread, come to hold the largest of what is computed
/// at once, and hot methods are compiled anew. What leaks grows in the second as much.
/// </remarks>
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
        var (firstGrowth, firstWrong) = await GrowthAsync();
        var (heapBefore, tensorsBefore) = (GC.GetTotalMemory(forceFullCollection: true), torch.Tensor.TotalCount);
        var (growth, wrong) = await GrowthAsync();
        var (heap, tensors) = (GC.GetTotalMemory(forceFullCollection: true) - heapBefore, torch.Tensor.TotalCount - tensorsBefore);
        yield return new Figure("predictions.growthMegabytes", growth, 5, IsUpperBound: true,
            $"of the process in the second {count:N0} predictions by engines of the injected pool, {ThreadCount} at a time: the median of the last fifth over that of the first; {firstGrowth:0.0} MB in the first {count:N0}, after {count / 10:N0}; after a collection {heap / 1e6:0.00} MB more are in use on the heap than before the second, and {tensors} more tensors exist; {wrong + firstWrong} of all did not run the source's sinks");

        async Task<(double Megabytes, long Wrong)> GrowthAsync()
        {
            await using var memory = new MemoryWatch();
            var wrongOnes = await Task.Run(() => Predict(count));
            return (memory.GrowthMegabytes, wrongOnes);
        }

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
