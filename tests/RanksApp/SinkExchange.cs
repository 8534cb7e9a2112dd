using System.Text.Json;
using Nulls.Distributed;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Training;
using static TorchSharp.torch;

namespace Nulls.RanksApp;

/// <summary>One exchange of the gradients of sinks, by pool and by number of touched sinks.</summary>
internal static class SinkExchange
{
    public static void Run(string folder)
    {
        var ranks = DataParallel.Ranks;
        Result[] results = [.. from width in new[] { 100, 1000 } from count in new[] { 0, 1, 10 } select Exchange(ranks, width, count)];
        File.WriteAllText(Path.Combine(folder, $"rank-{ranks.Rank}.json"), JsonSerializer.Serialize(results));
    }

    private static Result Exchange(ICollective ranks, int poolWidth, int sinkCount)
    {
        using var scope = NewDisposeScope();
        var config = new NullsConfig
        {
            VocabularySize = 40, Width = 8, LayerCount = 3, HeadCount = 2, KeyValueHeadCount = 2, HeadSize = 4, BackboneWidth = 8,
            SinkPoolWidth = poolWidth, SinksPerSource = 1, ContextLength = 16, Allocation = SinkAllocationKind.Exclusive,
        };
        using var model = new NullsModel(config, CPU);
        using var optimiser = new AdamW([new ParameterGroup([.. model.SinkParameters], 1, 0, AreSinks: true)], 0.9, 0.95);
        foreach (var pool in model.SinkParameters)
            optimiser.GradientOf(pool).fill_(ranks.Rank + 1);

        var sinks = SinkSet.Of([.. Enumerable.Range(0, sinkCount).Select(i => 7 * i)]);
        var start = ranks.SharedByteCount;
        new GradientExchange(ranks, model, optimiser).SumSinks(sinks);
        var (gateUp_2PD, down_PD) = (optimiser.GradientOf(model.Layers[2].Mlp.SinkGateUp), optimiser.GradientOf(model.Layers[2].Mlp.SinkDown));
        return new Result(
            poolWidth, sinkCount, ranks.SharedByteCount - start, Rows(gateUp_2PD.slice(0, 0, poolWidth, 1)), Rows(gateUp_2PD.slice(0, poolWidth, 2 * poolWidth, 1)), Rows(down_PD));
    }

    private static float[] Rows(Tensor gradients_PD) => gradients_PD.amax([1L]).data<float>().ToArray();

    internal sealed record Result(int PoolWidth, int SinkCount, long ByteCount, float[] Gate, float[] Up, float[] Down);
}
