using Nulls.Torch;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Model;

/// <summary>One layer: attention, then the MLP, each on the normalised residual stream and added to it.</summary>
internal sealed class DecoderBlock : Module
{
    [ComponentName(Name = "attention_norm")] private readonly RmsNorm _attentionNorm;
    [ComponentName(Name = "attention")] private readonly Attention _attention;
    [ComponentName(Name = "mlp_norm")] private readonly RmsNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly SparseMlp _mlp;

    public DecoderBlock(NullsConfig config, int layer, Device device)
        : base(nameof(DecoderBlock))
    {
        _attentionNorm = new RmsNorm(config.Width, config.NormEpsilon, device);
        _attention = new Attention(config, layer, device);
        _mlpNorm = new RmsNorm(config.Width, config.NormEpsilon, device);
        _mlp = new SparseMlp(config, device);
        RegisterComponents();
    }

    public Attention Attention => _attention;

    public SparseMlp Mlp => _mlp;

    /// <summary>The residual stream, in 32 bits, after this layer.</summary>
    public Tensor forward(
        Tensor x_ND, TokenBatch batch, ComputeWeights weights, (Tensor Cosine_N1k, Tensor Sine_N1k) rotary, SinkLeaves? leaves, KeyValueCache? cache)
    {
        using var scope = NewDisposeScope();
        var attended_ND = x_ND.Plus(_attention.forward(_attentionNorm.forward(x_ND).to(weights.Type), batch, weights, rotary, cache));
        var out_ND = attended_ND.Plus(_mlp.forward(_mlpNorm.forward(attended_ND).to(weights.Type), batch, weights, leaves));
        return out_ND.MoveToOuterDisposeScope();
    }
}
