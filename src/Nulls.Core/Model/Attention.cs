using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Model;

/// <summary>Causal attention inside each sequence, with grouped keys and values (arXiv:2305.13245) and rotary positions.</summary>
internal sealed class Attention : Module
{
    private readonly NullsConfig _config;
    private readonly int _layer;
    [ComponentName(Name = "qkv")] private readonly Parameter _qkv;
    [ComponentName(Name = "out")] private readonly Parameter _out;

    public Attention(NullsConfig config, int layer, Device device)
        : base(nameof(Attention))
    {
        _config = config;
        _layer = layer;
        var headRows = (config.HeadCount + 2L * config.KeyValueHeadCount) * config.HeadSize;
        _qkv = new Parameter(zeros(headRows, config.Width, device: device));
        _out = new Parameter(zeros(config.Width, (long)config.HeadCount * config.HeadSize, device: device));
        RegisterComponents();
    }

    /// <summary>Gets the rows of all query heads, then all key heads, then all value heads: [(H + 2G) K, D].</summary>
    public Parameter QueryKeyValue => _qkv;

    /// <summary>Gets the projection back to the residual stream: [D, H K].</summary>
    public Parameter Out => _out;

    public Tensor forward(Tensor x_ND, TokenBatch batch, ComputeWeights weights, (Tensor Cosine_N1k, Tensor Sine_N1k) rotary, KeyValueCache? cache)
    {
        int H = _config.HeadCount, G = _config.KeyValueHeadCount, K = _config.HeadSize;
        var qkv_NAK = functional.linear(x_ND, weights.Of(_qkv)).view(-1, H + 2 * G, K);
        var parts = qkv_NAK.split([H + G, G], 1);
        var heads = RotaryTable.Rotate(parts[0], rotary.Cosine_N1k, rotary.Sine_N1k).to(x_ND.dtype).split([H, G], 1);
        var mixed_ND = cache is { IsEmpty: false }
            ? AttendToCache(heads[0], heads[1], parts[1], batch, cache)
            : AttendInside(heads[0], heads[1], parts[1], batch, cache);
        return functional.linear(mixed_ND, weights.Of(_out));
    }

    private Tensor AttendInside(Tensor query_NHK, Tensor key_NGK, Tensor value_NGK, TokenBatch batch, KeyValueCache? cache)
    {
        var (queries, keys, values) = (batch.SplitByBucket(query_NHK), batch.SplitByBucket(key_NGK), batch.SplitByBucket(value_NGK));
        var mixed = new List<Tensor>(batch.Buckets.Count);
        var firstSequence = 0;
        for (var i = 0; i < batch.Buckets.Count; i++)
        {
            var bucket = batch.Buckets[i];
            var query_BHTK = bucket.Block(queries[i]).transpose(1, 2);
            var key_BGTK = bucket.Block(keys[i]).transpose(1, 2);
            var value_BGTK = bucket.Block(values[i]).transpose(1, 2);
            cache?.Fill(_layer, firstSequence, key_BGTK, value_BGTK);
            var mixed_BHTK = functional.scaled_dot_product_attention(
                query_BHTK, ForEveryQuery(key_BGTK), ForEveryQuery(value_BGTK), is_casual: true);
            mixed.Add(bucket.Flat(mixed_BHTK.transpose(1, 2)));
            firstSequence += bucket.Count;
        }

        return mixed.Count == 1 ? mixed[0] : cat(mixed, 0);
    }

    private Tensor AttendToCache(Tensor query_BHK, Tensor key_BGK, Tensor value_BGK, TokenBatch batch, KeyValueCache cache)
    {
        var (key_BGCK, value_BGCK, mask_B11C) = cache.Append(_layer, batch.Positions_N, key_BGK, value_BGK);
        var mixed_BH1K = functional.scaled_dot_product_attention(
            query_BHK.unsqueeze(2), ForEveryQuery(key_BGCK), ForEveryQuery(value_BGCK), attn_mask: mask_B11C);
        return mixed_BH1K.reshape(query_BHK.shape[0], -1);
    }

    // Query head h reads key and value head h / (H / G).
    private Tensor ForEveryQuery(Tensor x_BGTK)
    {
        var queriesPerHead = _config.HeadCount / _config.KeyValueHeadCount;
        if (queriesPerHead == 1)
            return x_BGTK;

        var shape = x_BGTK.shape;
        return x_BGTK.unsqueeze(2).expand(shape[0], shape[1], queriesPerHead, shape[2], shape[3])
            .reshape(shape[0], shape[1] * queriesPerHead, shape[2], shape[3]);
    }
}
