using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls.Inference;

/// <summary>The sinks of one sequence in every layer, gathered once from the pools and laid as the kernels read them.</summary>
internal sealed class CompactSinks : IDisposable
{
    // Of the down-projection's rows, so that no product with them has a rest.
    private const int Step = 32;

    public CompactSinks(NullsModel model, SinkGate gate, ScalarType type)
    {
        Count = gate.Sinks.Count;
        PaddedCount = (Count + Step - 1) / Step * Step;
        if (Count == 0)
            return;

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var layers = model.Layers;
        var indices = gate.Sinks.Indices.ToArray().Select(index => (long)index).ToArray();
        var rows_S = tensor(indices);
        var gateUpRows_2S = tensor([.. indices, .. indices.Select(index => index + model.Config.SinkPoolWidth)]);
        GateUp = [.. layers.Select(layer => layer.Mlp.SinkGateUp.index_select(0, gateUpRows_2S).to(type).DetachFromDisposeScope())];
        Down = [.. layers.Select(layer =>
        {
            var down_DS = zeros([model.Config.Width, PaddedCount], type);
            down_DS.narrow(1, 0, Count).copy_(layer.Mlp.SinkDown.index_select(0, rows_S).t());
            return down_DS.DetachFromDisposeScope();
        })];
    }

    /// <summary>Gets the number S of sinks.</summary>
    public int Count { get; }

    /// <summary>Gets the columns of <see cref="Down"/>; those behind the sinks are zero.</summary>
    public int PaddedCount { get; }

    /// <summary>Gets the gate row, then the up row of each sink, by layer: [2 S, D].</summary>
    public IReadOnlyList<Tensor> GateUp { get; } = [];

    /// <summary>Gets the down-projection, by layer: [D, S], padded.</summary>
    public IReadOnlyList<Tensor> Down { get; } = [];

    public void Dispose()
    {
        foreach (var tensor in GateUp.Concat(Down))
            tensor.Dispose();
    }
}
