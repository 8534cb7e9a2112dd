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

    /// <summary>The output of attention, and what <see cref="Backward"/> needs.</summary>
    public (Tensor Out_ND, AttentionActivations Activations) Forward(Tensor x_ND, ForwardPass pass)
    {
        using var qkv_NA = functional.linear(x_ND, pass.Weights.Of(_qkv));
        var (mixed_NA, buckets) = AttendInside(qkv_NA, pass);
        return (functional.linear(mixed_NA, pass.Weights.Of(_out)), new AttentionActivations(mixed_NA, buckets));
    }

    /// <summary>The gradient of the input.</summary>
    public Tensor Backward(Tensor outGradient_ND, Tensor x_ND, AttentionActivations activations, ForwardPass pass, GradientAccumulator gradients)
    {
        gradients.AddProduct(_out, outGradient_ND, activations.Mixed_NA);
        using var mixedGradient_NA = outGradient_ND.mm(pass.Weights.Of(_out));
        using var qkvGradient_NA = empty([x_ND.shape[0], _qkv.shape[0]], x_ND.dtype, x_ND.device);
        var start = 0L;
        foreach (var attention in activations.Buckets)
        {
            using var scope = NewDisposeScope();
            var count = attention.Bucket.TokenCount;
            attention.Backward(mixedGradient_NA.narrow(0, start, count), qkvGradient_NA.narrow(0, start, count));
            start += count;
        }

        gradients.AddProduct(_qkv, qkvGradient_NA, x_ND);
        return qkvGradient_NA.mm(pass.Weights.Of(_qkv));
    }

    private (Tensor Mixed_NA, List<BucketAttention> Buckets) AttendInside(Tensor qkv_NA, ForwardPass pass)
    {
        var mixed_NA = empty([qkv_NA.shape[0], (long)_config.HeadCount * _config.HeadSize], qkv_NA.dtype, qkv_NA.device);
        var buckets = new List<BucketAttention>(pass.Batch.Buckets.Count);
        var (start, firstSequence) = (0L, 0);
        foreach (var bucket in pass.Batch.Buckets)
        {
            var rotary = (pass.Rotary.Cosine_N1k.narrow(0, start, bucket.TokenCount), pass.Rotary.Sine_N1k.narrow(0, start, bucket.TokenCount));
            var attention = BucketAttention.Run(
                _config, bucket, qkv_NA.narrow(0, start, bucket.TokenCount), rotary, mixed_NA.narrow(0, start, bucket.TokenCount), pass.NeedsGradient);
            pass.Cache?.Fill(_layer, firstSequence, attention.Key_BGTK, attention.Value_BGTK);
            buckets.Add(attention);
            start += bucket.TokenCount;
            firstSequence += bucket.Count;
        }

        return (mixed_NA, buckets);
    }
}

/// <summary>What attention leaves for its gradient: the values that each token mixed, and each bucket's part.</summary>
internal sealed record AttentionActivations(Tensor Mixed_NA, IReadOnlyList<BucketAttention> Buckets)
{
    public IEnumerable<Tensor> Tensors => [Mixed_NA, .. Buckets.SelectMany(bucket => bucket.Tensors)];
}
