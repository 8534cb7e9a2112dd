using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>STUB.</summary>
public sealed class NullsModel : nn.Module
{
    internal NullsModel(NullsConfig config, Device device)
        : base(nameof(NullsModel)) => Config = config;

    public NullsConfig Config { get; }

    /// <summary>The last hidden states after the final norm, [N, D], in the order of the batch's N tokens.</summary>
    internal Tensor Hidden(TokenBatch batch, SinkLeaves? leaves = null, KeyValueCache? cache = null) => throw new NotImplementedException();

    /// <summary>Logits [N, V] in 32 bits.</summary>
    internal Tensor Logits(Tensor hidden_ND) => throw new NotImplementedException();
}
