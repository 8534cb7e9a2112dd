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

    public Tensor forward(Tensor x_ND, TokenBatch batch, ComputeWeights weights, SinkLeaves? leaves)
    {
        var hidden_NI = SwiGlu(functional.linear(x_ND, weights.Of(_gateUp)));
        if (batch.BackboneScale_N1 is { } scale_N1)
            hidden_NI = hidden_NI * scale_N1.to(x_ND.dtype);
        var out_ND = functional.linear(hidden_NI, weights.Of(_down));
        if (batch.SinkTokenCount == 0)
            return out_ND;

        var sinks_nD = SinkOutput(x_ND, batch, leaves);
        if (batch.SinkTokenCount == batch.TokenCount)
            return out_ND.Plus(sinks_nD);

        var parts = out_ND.split([batch.SinkTokenCount, batch.TokenCount - batch.SinkTokenCount], 0);
        return cat([parts[0].Plus(sinks_nD), parts[1]], 0);
    }

    // Sequences with sinks lie first in the batch.
    private Tensor SinkOutput(Tensor x_ND, TokenBatch batch, SinkLeaves? leaves)
    {
        var slices = batch.SplitByBucket(x_ND);
        var outputs = new List<Tensor>();
        for (var i = 0; i < batch.Buckets.Count && batch.Buckets[i].SinkRows_BS is { } rows_BS; i++)
        {
            var bucket = batch.Buckets[i];
            var gateUp_BSD = Gather(_sinkGateUp, bucket.GateUpRows(_sinkDown.shape[0]), bucket, leaves, x_ND.dtype);
            var down_BSD = Gather(_sinkDown, rows_BS, bucket, leaves, x_ND.dtype);
            var hidden_BTS = SwiGlu(bucket.Block(slices[i]).bmm(gateUp_BSD.transpose(1, 2)));
            if (bucket.SinkScale_B1S is { } scale_B1S)
                hidden_BTS = hidden_BTS * scale_B1S.to(x_ND.dtype);
            outputs.Add(bucket.Flat(hidden_BTS.bmm(down_BSD)));
        }

        return outputs.Count == 1 ? outputs[0] : cat(outputs, 0);
    }

    private static Tensor Gather(Tensor pool_PD, Tensor rows_BS, SequenceBucket bucket, SinkLeaves? leaves, ScalarType type) =>
        leaves?.Gather(pool_PD, rows_BS, bucket, type)
            ?? pool_PD.index_select(0, rows_BS).view(bucket.Count, -1, pool_PD.shape[1]).to(type);

    private static Tensor SwiGlu(Tensor gateUp)
    {
        var halves = gateUp.chunk(2, -1);
        return functional.silu(halves[0]) * halves[1];
    }
}
