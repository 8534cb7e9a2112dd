using Nulls.Distributed;
using Nulls.Model;
using Nulls.Sinks;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>Sums gradients over the ranks: the backbone's whole, the sinks' only in the rows that some rank touched.</summary>
internal sealed class GradientExchange(ICollective ranks, NullsModel model, AdamW optimiser)
{
    /// <summary>Sums the backbone's gradients.</summary>
    public void SumBackbone()
    {
        foreach (var gradients in optimiser.BackboneGradients)
            ranks.Sum(gradients);
    }

    /// <summary>Sums the gradients of sinks, a layer at a time.</summary>
    /// <param name="sinks">Those that any rank touched: the same on every rank. All other rows are zero everywhere.</param>
    public void SumSinks(SinkSet sinks)
    {
        if (ranks.Size == 1 || sinks.Count == 0)
            return;

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var poolWidth = model.Config.SinkPoolWidth;
        var rows_S = Rows(sinks.Indices.ToArray());
        var rows_2S = Rows([.. sinks.Indices, .. Array.ConvertAll(sinks.Indices.ToArray(), sink => sink + poolWidth)]);
        foreach (var layer in model.Layers)
        {
            using var layerScope = NewDisposeScope();
            var gateUp_2PD = optimiser.GradientOf(layer.Mlp.SinkGateUp);
            var down_PD = optimiser.GradientOf(layer.Mlp.SinkDown);
            var touched_3SD = cat([gateUp_2PD.index_select(0, rows_2S), down_PD.index_select(0, rows_S)], 0);
            ranks.Sum(touched_3SD);
            var parts = touched_3SD.split([2L * sinks.Count, sinks.Count], 0);
            gateUp_2PD.index_copy_(0, rows_2S, parts[0]);
            down_PD.index_copy_(0, rows_S, parts[1]);
        }
    }

    /// <summary>Sums what this rank lost into what all lost: a scalar. Returns a fresh tensor.</summary>
    public Tensor SumLoss(Tensor loss)
    {
        var sum = loss.clone();
        ranks.Sum(sum);
        return sum;
    }

    private Tensor Rows(int[] rows) => tensor(rows, ScalarType.Int64).to(model.Device);
}
