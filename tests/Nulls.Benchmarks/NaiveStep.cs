using Nulls.Model;
using Nulls.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using AdamW = Nulls.Training.AdamW;
using Parameter = TorchSharp.Modules.Parameter;

namespace Nulls.Benchmarks;

/// <summary>A training step of the same network as it is first written: 32-bit, an operation of Torch for each of the formula, autograd, all logits at once.</summary>
/// <remarks>Sinks are gathered here too, and AdamW is the fused one: what is compared is the rest of the recipe. Documents have equal lengths.</remarks>
internal sealed class NaiveStep : IDisposable
{
    private readonly NullsConfig _config;
    private readonly NullsModel _model;
    private readonly AdamW _optimiser;
    private readonly int _count;
    private readonly int _length;
    private readonly Tensor _tokens_N;
    private readonly Tensor _targets_N;
    private readonly Tensor _sinks_BS;
    private readonly Tensor _angles_T1k;

    public NaiveStep(NullsConfig config, TokenSequence[] documents)
    {
        using var scope = NewDisposeScope();
        (_config, _count, _length) = (config, documents.Length, documents[0].Tokens.Length);
        _model = new NullsModel(config, CPU);
        _model.Initialize(seed: 1);
        _optimiser = new AdamW([new ParameterGroup([.. _model.parameters()], 1, 0.1)], 0.9, 0.95);
        _tokens_N = Longs(documents.SelectMany(document => document.Tokens.ToArray()));
        _targets_N = Longs(documents.SelectMany(document => document.Targets.ToArray()));
        _sinks_BS = Longs(documents.SelectMany(document => document.Gate.Sinks.Indices.ToArray()));
        var frequencies = tensor(Enumerable.Range(0, config.HeadSize / 2).Select(i => (float)Math.Pow(config.RopeBase, -2.0 * i / config.HeadSize)).ToArray());
        _angles_T1k = (arange(_length).to(ScalarType.Float32).unsqueeze(1) * frequencies).unsqueeze(1);
        foreach (var tensor in new[] { _tokens_N, _targets_N, _sinks_BS, _angles_T1k })
            tensor.DetachFromDisposeScope();
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        _optimiser.ZeroGradients();
        functional.cross_entropy(Logits(), _targets_N).backward();
        _optimiser.ClipGradients(1);
        _optimiser.Step(1e-4);
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _tokens_N, _targets_N, _sinks_BS, _angles_T1k })
            tensor.Dispose();
        _optimiser.Dispose();
        _model.Dispose();
    }

    private Tensor Logits()
    {
        int H = _config.HeadCount, G = _config.KeyValueHeadCount, K = _config.HeadSize;
        var weights = _model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        var x_ND = _model.Embedding.index_select(0, _tokens_N);
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            var (attention, mlp) = (_model.Layers[layer].Attention, _model.Layers[layer].Mlp);
            var normed_ND = Norm(x_ND, weights[$"layers.{layer}.attention_norm.weight"]);
            var qkv_BTAK = functional.linear(normed_ND, attention.QueryKeyValue).view(_count, _length, H + 2 * G, K);
            var query_BHTK = Rotate(qkv_BTAK.narrow(2, 0, H)).transpose(1, 2);
            var key_BHTK = Rotate(qkv_BTAK.narrow(2, H, G)).transpose(1, 2).repeat_interleave(H / G, 1);
            var value_BHTK = qkv_BTAK.narrow(2, H + G, G).transpose(1, 2).repeat_interleave(H / G, 1);
            var mixed_BHTK = functional.scaled_dot_product_attention(query_BHTK, key_BHTK, value_BHTK, is_casual: true);
            x_ND = x_ND + functional.linear(mixed_BHTK.transpose(1, 2).reshape(_count * _length, -1), attention.Out);

            normed_ND = Norm(x_ND, weights[$"layers.{layer}.mlp_norm.weight"]);
            x_ND = x_ND + functional.linear(SwiGlu(functional.linear(normed_ND, mlp.GateUp)), mlp.Down) + Sinks(normed_ND, mlp);
        }

        return functional.linear(Norm(x_ND, weights["norm.weight"]), _model.Head);
    }

    private Tensor Sinks(Tensor normed_ND, SparseMlp mlp)
    {
        var gateUp = mlp.SinkGateUp.chunk(2, 0);
        Tensor Gather(Tensor pool_PD) => pool_PD.index_select(0, _sinks_BS).view(_count, -1, _config.Width);
        var gateUp_BTS = normed_ND.view(_count, _length, -1).bmm(cat([Gather(gateUp[0]), Gather(gateUp[1])], 1).transpose(1, 2));
        return SwiGlu(gateUp_BTS).bmm(Gather(mlp.SinkDown)).view(_count * _length, -1);
    }

    private Tensor Norm(Tensor x_ND, Parameter weight_D) => x_ND * (x_ND.pow(2).mean([-1], keepdim: true) + _config.NormEpsilon).rsqrt() * weight_D;

    private Tensor Rotate(Tensor x_BTHK)
    {
        var k = _config.HeadSize / 2;
        var (first, second, cosine, sine) = (x_BTHK.narrow(3, 0, k), x_BTHK.narrow(3, k, k), _angles_T1k.cos(), _angles_T1k.sin());
        return cat([first * cosine - second * sine, second * cosine + first * sine], 3);
    }

    private static Tensor SwiGlu(Tensor gateUp)
    {
        var halves = gateUp.chunk(2, -1);
        return functional.silu(halves[0]) * halves[1];
    }

    private static Tensor Longs(IEnumerable<int> values) => tensor(values.Select(value => (long)value).ToArray());
}
