using System.Globalization;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Storage;
using Nulls.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Tests.Model;

/// <summary>The golden model: 32 wide, 2 layers, weights named as the released checkpoint names them.</summary>
internal static class ReferenceModel
{
    public static NullsConfig Config(int idBits)
    {
        var yaml = File.ReadLines(Path.Combine(RepositoryFolder.Golden, "model_config.yaml"))
            .Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        int Size(string name) => int.Parse(yaml[name], CultureInfo.InvariantCulture);
        double Number(string name) => double.Parse(yaml[name], CultureInfo.InvariantCulture);
        var backboneWidth = (int)(Size("intermediate_size") * Number("p_gen"));
        return new NullsConfig
        {
            VocabularySize = Size("padded_vocab_size"), Width = Size("n_embd"), LayerCount = Size("n_layer"),
            HeadCount = Size("n_head"), KeyValueHeadCount = Size("n_query_groups"), HeadSize = Size("head_size"),
            BackboneWidth = backboneWidth, SinkPoolWidth = Size("intermediate_size") - backboneWidth, SinksPerSource = 1,
            Allocation = idBits == 32 ? SinkAllocationKind.Published32 : SinkAllocationKind.Published64,
            PublishedProbability = Number("p_mem"), ContextLength = Size("block_size"),
            RopeBase = Number("rope_base"), NormEpsilon = Number("norm_eps"), TiedHead = false,
        };
    }

    public static NullsModel Load(string file = "model.safetensors", int idBits = 32, Device? device = null)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var model = new NullsModel(Config(idBits), device ?? CPU);
        var named = Read(file);
        var own = model.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var (name, value) in Renamed(named, model.Config))
            own[name].copy_(value);
        return model;
    }

    /// <summary>Tensors of a golden file under our names, cut and turned as we keep them.</summary>
    public static Dictionary<string, Tensor> Renamed(string file, NullsConfig config) => Renamed(Read(file), config);

    private static Dictionary<string, Tensor> Renamed(Dictionary<string, Tensor> theirs, NullsConfig config)
    {
        var ours = new Dictionary<string, Tensor>
        {
            ["embedding"] = theirs["transformer.wte.weight"],
            ["norm.weight"] = theirs["transformer.ln_f.weight"],
            ["head"] = theirs["lm_head.weight"],
        };
        int I = config.BackboneWidth, P = config.SinkPoolWidth;
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            var (from, to) = ($"transformer.h.{layer}.", $"layers.{layer}.");
            var (gate, up, down) = (theirs[from + "mlp.fc_1.weight"], theirs[from + "mlp.fc_2.weight"], theirs[from + "mlp.proj.weight"]);
            ours[to + "attention_norm.weight"] = theirs[from + "norm_1.weight"];
            ours[to + "attention.qkv"] = theirs[from + "attn.qkv.weight"];
            ours[to + "attention.out"] = theirs[from + "attn.proj.weight"];
            ours[to + "mlp_norm.weight"] = theirs[from + "norm_2.weight"];
            ours[to + "mlp.gate_up"] = cat([gate.narrow(0, 0, I), up.narrow(0, 0, I)], 0);
            ours[to + "mlp.down"] = down.narrow(1, 0, I);
            ours[to + "mlp.sink_gate_up"] = cat([gate.narrow(0, I, P), up.narrow(0, I, P)], 0);
            ours[to + "mlp.sink_down"] = down.narrow(1, I, P).t().contiguous();
        }

        return ours;
    }

    private static Dictionary<string, Tensor> Read(string file)
    {
        using var stream = File.OpenRead(Path.Combine(RepositoryFolder.Golden, file));
        return SafetensorsReader.ReadAll(stream, file);
    }
}
