using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls.Inference;

/// <summary>The decoder of any device and many sequences: one call of a TorchScript function a token, for all layers.</summary>
internal sealed class TorchDecoder : IDecoder
{
    // The native unit is never freed, so it is compiled once. Numbers are passed in tensors: TorchSharp makes temporary scalars of
    // numbers that are passed as such, and the garbage collector may free those during the call.
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def normalise(x, weight, epsilon):
            return x * torch.rsqrt(torch.mean(x * x, -1, keepdim=True) + epsilon) * weight

        def rotate(x_BHK, cosine_B1k, sine_B1k):
            a, b = torch.chunk(x_BHK, 2, -1)
            return torch.cat([a * cosine_B1k - b * sine_B1k, b * cosine_B1k + a * sine_B1k], -1)

        def swiglu(gate_up):
            gate, up = torch.chunk(gate_up, 2, -1)
            return torch.silu(gate) * up

        def read(tokens_B, positions_B, used, epsilon, embedding, head, norm, cosine_C1k, sine_C1k,
                 attention_norms: List[Tensor], qkvs: List[Tensor], outs: List[Tensor],
                 mlp_norms: List[Tensor], gate_ups: List[Tensor], downs: List[Tensor],
                 keys: List[Tensor], values: List[Tensor], hidden_scale_B1: List[Tensor],
                 sink_gate_ups: List[Tensor], sink_downs: List[Tensor], sink_scale_BS: List[Tensor]) -> Tensor:
            x_BD = torch.index_select(embedding, 0, tokens_B)
            cosine_B1k = torch.index_select(cosine_C1k, 0, positions_B)
            sine_B1k = torch.index_select(sine_C1k, 0, positions_B)
            B, G, C, K = keys[0].shape
            c = int(used)
            row_BG1K = positions_B.view(-1, 1, 1, 1).expand(B, G, 1, K)
            mask_B11c = torch.arange(c, device=x_BD.device).view(1, 1, 1, -1) <= positions_B.view(-1, 1, 1, 1)
            for i in range(len(qkvs)):
                normed_BD = normalise(x_BD, attention_norms[i], epsilon).to(head.dtype)
                qkv_BAK = torch.linear(normed_BD, qkvs[i]).view(B, -1, K)
                H = qkv_BAK.size(1) - 2 * G
                heads_BnK = rotate(qkv_BAK.narrow(1, 0, H + G), cosine_B1k, sine_B1k).to(head.dtype)
                keys[i].scatter_(2, row_BG1K, heads_BnK.narrow(1, H, G).unsqueeze(2))
                values[i].scatter_(2, row_BG1K, qkv_BAK.narrow(1, H + G, G).unsqueeze(2))
                # The query heads of a key head are its queries: nothing is repeated.
                query_BGqK = heads_BnK.narrow(1, 0, H).reshape(B, G, H // G, K)
                mixed_BGqK = torch.scaled_dot_product_attention(
                    query_BGqK, keys[i].narrow(2, 0, c), values[i].narrow(2, 0, c), attn_mask=mask_B11c)
                x_BD = x_BD + torch.linear(mixed_BGqK.reshape(B, H * K), outs[i])
                normed_BD = normalise(x_BD, mlp_norms[i], epsilon).to(head.dtype)
                hidden_BI = swiglu(torch.linear(normed_BD, gate_ups[i]))
                if len(hidden_scale_B1) > 0:
                    hidden_BI = hidden_BI * hidden_scale_B1[0]
                out_BD = torch.linear(hidden_BI, downs[i])
                if len(sink_gate_ups) > 0:
                    hidden_BS = swiglu(torch.bmm(sink_gate_ups[i], normed_BD.unsqueeze(2)).squeeze(2)) * sink_scale_BS[0]
                    out_BD = out_BD + torch.bmm(hidden_BS.unsqueeze(1), sink_downs[i]).squeeze(1)
                x_BD = x_BD + out_BD
            return torch.linear(normalise(x_BD, norm, epsilon).to(head.dtype), head).to(norm.dtype)

        """));

    private readonly NullsModel _model;
    private readonly KeyValueCache _cache;
    private readonly Tensor _head;
    private readonly Tensor _epsilon;
    private readonly Tensor[] _attentionNorms, _qkvs, _outs, _mlpNorms, _gateUps, _downs;
    private readonly Tensor[] _hiddenScale_B1, _sinkGateUps_B2SD, _sinkDowns_BSD, _sinkScale_BS;
    private float[] _logits_BV = [];

    /// <param name="model">The model.</param>
    /// <param name="weights">Its matrices.</param>
    /// <param name="gates">The gate of each row.</param>
    /// <param name="cache">What was read of each row, in the type of <paramref name="weights"/>.</param>
    public TorchDecoder(NullsModel model, ComputeWeights weights, IReadOnlyList<SinkGate> gates, KeyValueCache cache)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        (_model, _cache) = (model, cache);
        _head = weights.Of(model.Head);
        _epsilon = tensor((float)model.Config.NormEpsilon, device: model.Device).DetachFromDisposeScope();
        var layers = model.Layers;
        _attentionNorms = [.. layers.Select(layer => layer.AttentionNorm.Weight)];
        _qkvs = [.. layers.Select(layer => weights.Of(layer.Attention.QueryKeyValue))];
        _outs = [.. layers.Select(layer => weights.Of(layer.Attention.Out))];
        _mlpNorms = [.. layers.Select(layer => layer.MlpNorm.Weight)];
        _gateUps = [.. layers.Select(layer => weights.Of(layer.Mlp.GateUp))];
        _downs = [.. layers.Select(layer => weights.Of(layer.Mlp.Down))];
        _hiddenScale_B1 = gates.All(gate => gate.BackboneScale == 1)
            ? []
            : [tensor(gates.Select(gate => gate.BackboneScale).ToArray()).view(-1, 1).to(weights.Type, model.Device).DetachFromDisposeScope()];

        int B = gates.Count, S = gates.Max(gate => gate.Sinks.Count);
        if (S == 0)
        {
            (_sinkGateUps_B2SD, _sinkDowns_BSD, _sinkScale_BS) = ([], [], []);
            return;
        }

        // Where a row has fewer sinks, others' stand in and count 0 times.
        var rows = new long[B * S];
        var gateUpRows = new long[B * 2 * S];
        var scales = new float[B * S];
        for (var b = 0; b < B; b++)
        {
            for (var s = 0; s < S; s++)
            {
                var isSink = s < gates[b].Sinks.Count;
                var row = isSink ? gates[b].Sinks.Indices[s] : 0;
                (rows[(b * S) + s], scales[(b * S) + s]) = (row, isSink ? gates[b].SinkScale : 0);
                (gateUpRows[(b * 2 * S) + s], gateUpRows[(((b * 2) + 1) * S) + s]) = (row, row + model.Config.SinkPoolWidth);
            }
        }

        Tensor index = tensor(rows, device: model.Device), gateUpIndex = tensor(gateUpRows, device: model.Device);
        _sinkGateUps_B2SD = [.. layers.Select(layer => layer.Mlp.SinkGateUp.index_select(0, gateUpIndex).view(B, 2 * S, -1).to(weights.Type).DetachFromDisposeScope())];
        _sinkDowns_BSD = [.. layers.Select(layer => layer.Mlp.SinkDown.index_select(0, index).view(B, S, -1).to(weights.Type).DetachFromDisposeScope())];
        _sinkScale_BS = [tensor(scales).view(B, S).to(weights.Type, model.Device).DetachFromDisposeScope()];
    }

    public void Read(ReadOnlySpan<int> tokens)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var device = _model.Device;
        var wide = new long[tokens.Length];
        for (var b = 0; b < wide.Length; b++)
            wide[b] = tokens[b];
        using var logits_BV = (Tensor)Script.Value.invoke("read", [
            tensor(wide, device: device), tensor(_cache.Lengths.Select(length => (long)length).ToArray(), device: device), tensor((long)_cache.Lengths.Max() + 1), _epsilon,
            _model.Embedding, _head, _model.Norm.Weight, _model.Rotary.Cosine, _model.Rotary.Sine,
            _attentionNorms, _qkvs, _outs, _mlpNorms, _gateUps, _downs, _cache.Keys, _cache.Values,
            _hiddenScale_B1, _sinkGateUps_B2SD, _sinkDowns_BSD, _sinkScale_BS]);
        _logits_BV = logits_BV.cpu().data<float>().ToArray();
        _cache.Advance([.. Enumerable.Repeat(1, wide.Length)]);
    }

    public ReadOnlySpan<float> Logits(int row) => _logits_BV.AsSpan(row * _model.Config.VocabularySize, _model.Config.VocabularySize);

    public void Keep(IReadOnlyList<int> rows)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _cache.Keep(rows);
        var rows_b = tensor(rows.Select(row => (long)row).ToArray(), device: _model.Device);
        foreach (var tensors in new[] { _hiddenScale_B1, _sinkGateUps_B2SD, _sinkDowns_BSD, _sinkScale_BS })
        {
            for (var i = 0; i < tensors.Length; i++)
            {
                var kept = tensors[i].index_select(0, rows_b).DetachFromDisposeScope();
                tensors[i].Dispose();
                tensors[i] = kept;
            }
        }
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[_epsilon, .. _hiddenScale_B1, .. _sinkGateUps_B2SD, .. _sinkDowns_BSD, .. _sinkScale_BS])
            tensor.Dispose();
    }
}
