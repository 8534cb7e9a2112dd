using Nulls.Kernels;
using Nulls.Torch;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Model;

/// <summary>The SwiGLU MLP (arXiv:2002.05202) whose hidden neurons are a backbone, always on, and the sinks of each sequence (arXiv:2606.13873).</summary>
/// <remarks>
/// A pool keeps one sink a row, so that a sequence's sinks are gathered as they lie and all others are never read: no value, no
/// cast, no gradient. Backbone neurons run on all N tokens at once, sinks on each bucket [B, T] of sequences.
/// </remarks>
internal sealed class SparseMlp : Module
{
    [ComponentName(Name = "gate_up")] private readonly Parameter _gateUp;
    [ComponentName(Name = "down")] private readonly Parameter _down;
    [ComponentName(Name = "sink_gate_up")] private readonly Parameter _sinkGateUp;
    [ComponentName(Name = "sink_down")] private readonly Parameter _sinkDown;

    public SparseMlp(NullsConfig config, Device device)
        : base(nameof(SparseMlp))
    {
        _gateUp = new Parameter(zeros(2L * config.BackboneWidth, config.Width, device: device));
        _down = new Parameter(zeros(config.Width, config.BackboneWidth, device: device));
        _sinkGateUp = new Parameter(zeros(2L * config.SinkPoolWidth, config.Width, device: device));
        _sinkDown = new Parameter(zeros(config.SinkPoolWidth, config.Width, device: device));
        RegisterComponents();
    }

    /// <summary>Gets the backbone's gate rows, then its up rows: [2 I, D].</summary>
    public Parameter GateUp => _gateUp;

    /// <summary>Gets the backbone's down-projection: [D, I].</summary>
    public Parameter Down => _down;

    /// <summary>Gets the gate row of every sink, then the up row of every sink: [2 P, D].</summary>
    public Parameter SinkGateUp => _sinkGateUp;

    /// <summary>Gets the down-projection of every sink, one a row: [P, D].</summary>
    public Parameter SinkDown => _sinkDown;

    /// <summary>The MLP's output, and what <see cref="Backward"/> needs.</summary>
    public (Tensor Out_ND, MlpActivations Activations) Forward(Tensor x_ND, ForwardPass pass)
    {
        var gateUp_NI = functional.linear(x_ND, pass.Weights.Of(_gateUp));
        var hidden_NI = SwiGluKernel.Forward(gateUp_NI);
        if (pass.Batch.BackboneScale_N1 is { } scale_N1)
            hidden_NI.mul_(scale_N1);
        var out_ND = functional.linear(hidden_NI, pass.Weights.Of(_down));
        var sinks = new List<SinkActivations>();
        // Sequences with sinks lie first in the batch.
        var start = 0L;
        foreach (var bucket in pass.Batch.Buckets)
        {
            if (bucket.SinkRows_BS is not { } rows_BS)
                break;

            var block_BTD = bucket.Block(x_ND.narrow(0, start, bucket.TokenCount));
            var weights_B2SD = Gather(_sinkGateUp, bucket.GateUpRows(_sinkDown.shape[0]), bucket, x_ND.dtype);
            var down_BSD = Gather(_sinkDown, rows_BS, bucket, x_ND.dtype);
            var gateUp_BT2S = block_BTD.bmm(weights_B2SD.transpose(1, 2));
            var hidden_BTS = SwiGluKernel.Forward(gateUp_BT2S);
            if (bucket.SinkScale_B1S is { } scale_B1S)
                hidden_BTS.mul_(scale_B1S);
            using var sinkOut_BTD = hidden_BTS.bmm(down_BSD);
            out_ND.narrow(0, start, bucket.TokenCount).add_(bucket.Flat(sinkOut_BTD), LastingNumbers.One);
            sinks.Add(new SinkActivations(block_BTD, weights_B2SD, down_BSD, gateUp_BT2S, hidden_BTS));
            start += bucket.TokenCount;
        }

        return (out_ND, new MlpActivations(gateUp_NI, hidden_NI, sinks));
    }

    /// <summary>The gradient of the input. Training knows no scales of backbone and sinks but 0, for the sinks that a sequence has fewer than its bucket.</summary>
    public Tensor Backward(Tensor outGradient_ND, Tensor x_ND, MlpActivations activations, ForwardPass pass, GradientAccumulator gradients)
    {
        gradients.AddProduct(_down, outGradient_ND, activations.Hidden_NI);
        using var hiddenGradient_NI = outGradient_ND.mm(pass.Weights.Of(_down));
        var gateUpGradient_NI = SwiGluKernel.Backward(hiddenGradient_NI, activations.GateUp_NI);
        gradients.AddProduct(_gateUp, gateUpGradient_NI, x_ND);
        var gradient_ND = gateUpGradient_NI.mm(pass.Weights.Of(_gateUp));
        var start = 0L;
        for (var i = 0; i < activations.Sinks.Count; i++)
        {
            var bucket = pass.Batch.Buckets[i];
            using var scope = NewDisposeScope();
            var outGradient_BTD = bucket.Spread(outGradient_ND.narrow(0, start, bucket.TokenCount));
            var blockGradient_BTD = SinkBackward(outGradient_BTD, activations.Sinks[i], bucket, gradients);
            gradient_ND.narrow(0, start, bucket.TokenCount).add_(bucket.Flat(blockGradient_BTD), LastingNumbers.One);
            start += bucket.TokenCount;
        }

        return gradient_ND;
    }

    private Tensor SinkBackward(Tensor outGradient_BTD, SinkActivations sinks, SequenceBucket bucket, GradientAccumulator gradients)
    {
        // Only sequences with sinks have activations.
        gradients.AddSinks(_sinkDown, bucket.SinkRows_BS!, sinks.Hidden_BTS.transpose(1, 2).bmm(outGradient_BTD), bucket);
        var hiddenGradient_BTS = outGradient_BTD.bmm(sinks.Down_BSD.transpose(1, 2));
        if (bucket.SinkScale_B1S is { } scale_B1S)
            hiddenGradient_BTS.mul_(scale_B1S);
        var gateUpGradient_BT2S = SwiGluKernel.Backward(hiddenGradient_BTS, sinks.GateUp_BT2S);
        gradients.AddSinks(_sinkGateUp, bucket.GateUpRows(_sinkDown.shape[0]), gateUpGradient_BT2S.transpose(1, 2).bmm(sinks.Block_BTD), bucket);
        return gateUpGradient_BT2S.bmm(sinks.GateUpWeights_B2SD);
    }

    private static Tensor Gather(Tensor pool_PD, Tensor rows_BS, SequenceBucket bucket, ScalarType type) =>
        PoolKernel.Gather(pool_PD, rows_BS, type).view(bucket.Count, -1, pool_PD.shape[1]);
}

/// <summary>What an MLP leaves for its gradient; gate and up of all, and the sinks of each bucket.</summary>
internal sealed record MlpActivations(Tensor GateUp_NI, Tensor Hidden_NI, IReadOnlyList<SinkActivations> Sinks)
{
    public IEnumerable<Tensor> Tensors => [GateUp_NI, Hidden_NI, .. Sinks.SelectMany(sinks => sinks.Tensors)];
}

/// <summary>What the sinks of a bucket leave for their gradient: their inputs, their weights, their gates and ups, and their neurons.</summary>
internal sealed record SinkActivations(Tensor Block_BTD, Tensor GateUpWeights_B2SD, Tensor Down_BSD, Tensor GateUp_BT2S, Tensor Hidden_BTS)
{
    public IEnumerable<Tensor> Tensors => [Block_BTD, GateUpWeights_B2SD, Down_BSD, GateUp_BT2S, Hidden_BTS];
}
