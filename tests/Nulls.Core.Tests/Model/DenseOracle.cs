using Nulls.Model;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Tests.Model;

/// <summary>
/// The dense masked form, computed as naively as it can be written: every sink, multiplied by a mask; every pair of a row's tokens,
/// masked to the same document. Positions restart in each document.
/// </summary>
internal static class DenseOracle
{
    /// <summary>Logits [B, T, V] of rows of tokens.</summary>
    /// <param name="model">The weights.</param>
    /// <param name="tokens_BT">The tokens.</param>
    /// <param name="documents_BT">The document of each token.</param>
    /// <param name="gates_BTI">The factor of every hidden neuron, backbone first.</param>
    public static Tensor Logits(NullsModel model, Tensor tokens_BT, long[][] documents, Tensor gates_BTI)
    {
        var norm = model.named_parameters().Single(named => named.name == "norm.weight").parameter;
        return functional.linear(Norm(Stream(model, tokens_BT, documents, gates_BTI, model.Layers.Count), norm, model.Config.NormEpsilon), model.Head);
    }

    /// <summary>The residual stream [B, T, D] after the first layers.</summary>
    public static Tensor Stream(NullsModel model, Tensor tokens_BT, long[][] documents, Tensor gates_BTI, int layerCount)
    {
        var config = model.Config;
        var B = documents.Length;
        var T = documents[0].Length;
        int H = config.HeadCount, G = config.KeyValueHeadCount, K = config.HeadSize;
        var positions = documents.SelectMany(row => row.Select((document, t) => (long)row.Take(t).Count(other => other == document))).ToArray();
        var rotation_BT1K = RotationAngles(tensor(positions).view(B, T), K, config.RopeBase);
        var documents_BT = tensor(documents.SelectMany(row => row).ToArray()).view(B, T);
        var sees_BTT = documents_BT.unsqueeze(2).eq(documents_BT.unsqueeze(1)).logical_and(ones(T, T, ScalarType.Bool).tril());

        var x_BTD = model.Embedding.index_select(0, tokens_BT.view(-1)).view(B, T, -1);
        foreach (var layer in model.Layers.Take(layerCount))
        {
            var parameters = layer.named_parameters().ToDictionary(named => named.name, named => (Tensor)named.parameter);
            var normed_BTD = Norm(x_BTD, parameters["attention_norm.weight"], config.NormEpsilon);
            var qkv_BTAK = functional.linear(normed_BTD, layer.Attention.QueryKeyValue).view(B, T, H + (2 * G), K);
            var query_BHTK = Rotate(qkv_BTAK.narrow(2, 0, H), rotation_BT1K).transpose(1, 2);
            var key_BHTK = Rotate(qkv_BTAK.narrow(2, H, G), rotation_BT1K).transpose(1, 2).repeat_interleave(H / G, 1);
            var value_BHTK = qkv_BTAK.narrow(2, H + G, G).transpose(1, 2).repeat_interleave(H / G, 1);
            var scores_BHTT = query_BHTK.matmul(key_BHTK.transpose(2, 3)) / Math.Sqrt(K);
            var weights_BHTT = scores_BHTT.masked_fill(sees_BTT.unsqueeze(1).logical_not(), double.NegativeInfinity).softmax(-1);
            var mixed_BTA = weights_BHTT.matmul(value_BHTK).transpose(1, 2).reshape(B, T, -1);
            x_BTD = x_BTD + functional.linear(mixed_BTA, layer.Attention.Out);

            normed_BTD = Norm(x_BTD, parameters["mlp_norm.weight"], config.NormEpsilon);
            var (gate_ID, up_ID, down_DI) = DenseMlp(layer.Mlp, config);
            var hidden_BTI = functional.silu(functional.linear(normed_BTD, gate_ID)) * functional.linear(normed_BTD, up_ID) * gates_BTI;
            x_BTD = x_BTD + functional.linear(hidden_BTI, down_DI);
        }

        return x_BTD;
    }

    /// <summary>The gate [B, T, I] of tokens whose documents have these gates.</summary>
    public static Tensor Gates(NullsConfig config, SinkGate[][] gateOfToken) =>
        stack([.. gateOfToken.Select(row => stack([.. row.Select(gate => Gate(config, gate))]))]);

    private static Tensor Gate(NullsConfig config, SinkGate gate)
    {
        var gate_I = new float[config.BackboneWidth + config.SinkPoolWidth];
        Array.Fill(gate_I, gate.BackboneScale, 0, config.BackboneWidth);
        foreach (var sink in gate.Sinks.Indices)
            gate_I[config.BackboneWidth + sink] = gate.SinkScale;
        return tensor(gate_I);
    }

    // Backbone neurons first, then the pool, as the published form lays them.
    private static (Tensor Gate_ID, Tensor Up_ID, Tensor Down_DI) DenseMlp(SparseMlp mlp, NullsConfig config)
    {
        var backbone = mlp.GateUp.chunk(2, 0);
        var sinks = mlp.SinkGateUp.chunk(2, 0);
        return (cat([backbone[0], sinks[0]], 0), cat([backbone[1], sinks[1]], 0), cat([mlp.Down, mlp.SinkDown.t()], 1));
    }

    private static Tensor Norm(Tensor x, Tensor weight, double epsilon) =>
        x / (x.pow(2).mean([-1], keepdim: true) + epsilon).sqrt() * weight;

    private static Tensor RotationAngles(Tensor positions_BT, int headSize, double rotaryBase)
    {
        var frequencies = Enumerable.Range(0, headSize / 2).Select(i => Math.Pow(rotaryBase, -2.0 * i / headSize)).ToArray();
        return (positions_BT.to(ScalarType.Float64).unsqueeze(-1) * tensor(frequencies)).to(ScalarType.Float32).unsqueeze(2);
    }

    private static Tensor Rotate(Tensor x_BTHK, Tensor angle_BT1k)
    {
        var k = x_BTHK.shape[3] / 2;
        var (first, second) = (x_BTHK.narrow(3, 0, k), x_BTHK.narrow(3, k, k));
        return cat([(first * angle_BT1k.cos()) - (second * angle_BT1k.sin()), (second * angle_BT1k.cos()) + (first * angle_BT1k.sin())], 3);
    }
}
