using Nulls.Inference;
using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>Decoding as the released implementation's weights allow it: every neuron of the pool is computed, and multiplied by a mask. With a cache and one TorchScript call a token, as ours has.</summary>
internal sealed class DenseMaskedDecoder : IDisposable
{
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def normalise(x, weight, epsilon):
            return x * torch.rsqrt(torch.mean(x * x, -1, keepdim=True) + epsilon) * weight

        def rotate(x_BHK, cosine_1k, sine_1k):
            a, b = torch.chunk(x_BHK, 2, -1)
            return torch.cat([a * cosine_1k - b * sine_1k, b * cosine_1k + a * sine_1k], -1)

        def read(tokens_B, position_1, epsilon, embedding, head, norm, cosine_C1k, sine_C1k,
                 attention_norms: List[Tensor], qkvs: List[Tensor], outs: List[Tensor],
                 mlp_norms: List[Tensor], gate_ups: List[Tensor], downs: List[Tensor],
                 keys: List[Tensor], values: List[Tensor], mask_BI) -> Tensor:
            x_BD = torch.index_select(embedding, 0, tokens_B)
            c = int(position_1) + 1
            cosine_1k = cosine_C1k[c - 1]
            sine_1k = sine_C1k[c - 1]
            B, G, C, K = keys[0].shape
            for i in range(len(qkvs)):
                qkv_BAK = torch.linear(normalise(x_BD, attention_norms[i], epsilon), qkvs[i]).view(B, -1, K)
                H = qkv_BAK.size(1) - 2 * G
                heads_BnK = rotate(qkv_BAK.narrow(1, 0, H + G), cosine_1k, sine_1k)
                keys[i].select(2, c - 1).copy_(heads_BnK.narrow(1, H, G))
                values[i].select(2, c - 1).copy_(qkv_BAK.narrow(1, H + G, G))
                query_BGqK = heads_BnK.narrow(1, 0, H).reshape(B, G, H // G, K)
                mixed_BGqK = torch.scaled_dot_product_attention(query_BGqK, keys[i].narrow(2, 0, c), values[i].narrow(2, 0, c))
                x_BD = x_BD + torch.linear(mixed_BGqK.reshape(B, H * K), outs[i])
                gate_BI, up_BI = torch.chunk(torch.linear(normalise(x_BD, mlp_norms[i], epsilon), gate_ups[i]), 2, -1)
                x_BD = x_BD + torch.linear(torch.silu(gate_BI) * up_BI * mask_BI, downs[i])
            return torch.linear(normalise(x_BD, norm, epsilon), head)

        """));

    private readonly NullsModel _model;
    private readonly Tensor[] _gateUps, _downs;
    private readonly Tensor _mask_BI, _epsilon;
    private readonly KeyValueCache _cache;
    private int _position;

    public DenseMaskedDecoder(NullsModel model, IReadOnlyList<SinkGate> gates, int capacity)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var config = model.Config;
        _model = model;
        _gateUps = [.. model.Layers.Select(layer =>
        {
            Tensor[] backbone = layer.Mlp.GateUp.chunk(2, 0), sinks = layer.Mlp.SinkGateUp.chunk(2, 0);
            return cat([backbone[0], sinks[0], backbone[1], sinks[1]], 0).DetachFromDisposeScope();
        })];
        _downs = [.. model.Layers.Select(layer => cat([layer.Mlp.Down, layer.Mlp.SinkDown.t()], 1).contiguous().DetachFromDisposeScope())];
        var width = config.BackboneWidth + config.SinkPoolWidth;
        var mask = new float[gates.Count * width];
        for (var b = 0; b < gates.Count; b++)
        {
            Array.Fill(mask, 1, b * width, config.BackboneWidth);
            foreach (var sink in gates[b].Sinks.Indices)
                mask[(b * width) + config.BackboneWidth + sink] = 1;
        }

        _mask_BI = tensor(mask).view(gates.Count, width).DetachFromDisposeScope();
        _epsilon = tensor((float)config.NormEpsilon).DetachFromDisposeScope();
        _cache = new KeyValueCache(config, gates.Count, capacity, ScalarType.Float32, CPU);
    }

    /// <summary>Forgets the texts.</summary>
    public void Restart() => _position = 0;

    /// <summary>Reads a token of each row, and returns the logits [B V].</summary>
    public float[] Read(int[] tokens)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var layers = _model.Layers;
        var logits_BV = (Tensor)Script.Value.invoke("read", [
            tensor(Array.ConvertAll(tokens, token => (long)token)), tensor((long)_position++), _epsilon, _model.Embedding, _model.Head, _model.Norm.Weight,
            _model.Rotary.Cosine, _model.Rotary.Sine, layers.Select(layer => (Tensor)layer.AttentionNorm.Weight).ToArray(),
            layers.Select(layer => (Tensor)layer.Attention.QueryKeyValue).ToArray(), layers.Select(layer => (Tensor)layer.Attention.Out).ToArray(),
            layers.Select(layer => (Tensor)layer.MlpNorm.Weight).ToArray(), _gateUps, _downs, _cache.Keys, _cache.Values, _mask_BI]);
        return logits_BV.data<float>().ToArray();
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[.. _gateUps, .. _downs, _mask_BI, _epsilon])
            tensor.Dispose();
        _cache.Dispose();
    }
}
