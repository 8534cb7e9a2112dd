using System.Text.Json;
using Nulls.Distributed;
using Nulls.Model;
using Nulls.Tests.Model;
using Nulls.Tests.Support;
using Nulls.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Tests.Training;

/// <summary>The loss, the gradient and five steps of AdamW of an independent PyTorch restatement, two documents of different sources.</summary>
public class GoldenTrainingTests
{
    private static readonly JsonElement Golden = JsonDocument.Parse(
        File.Exists(Path.Combine(RepositoryFolder.Golden, "training.json")) ? File.ReadAllBytes(Path.Combine(RepositoryFolder.Golden, "training.json")) : "{}"u8.ToArray()).RootElement;

    [FactNeedingGolden]
    public void Golden_gradients_equal_the_sparse_path()
    {
        using var scope = NewDisposeScope();
        using var model = ReferenceModel.Load(device: TestDevice.Chosen);
        using var optimiser = Optimiser(model);
        var loss = Gradients(model, optimiser).Compute(new StepShare([Sequences(model.Config)]));
        AssertLoss(Golden.GetProperty("loss").GetDouble(), loss);
        foreach (var (name, expected) in ReferenceModel.Renamed("gradients.safetensors", model.Config))
            TensorAssert.Equal(expected, optimiser.GradientOf(Named(model, name)), Tolerances.GradientFloat32, name);
    }

    [FactNeedingGolden]
    public void Golden_gradients_equal_the_dense_masked_oracle()
    {
        using var scope = NewDisposeScope();
        using var model = ReferenceModel.Load();
        DenseLoss(model).backward();
        foreach (var (name, expected) in ReferenceModel.Renamed("gradients.safetensors", model.Config))
            TensorAssert.Equal(expected, Named(model, name).grad!, Tolerances.GradientFloat32, name);
    }

    [FactNeedingGolden]
    public void Golden_five_steps_of_AdamW_equal_the_sparse_path()
    {
        using var scope = NewDisposeScope();
        using var model = ReferenceModel.Load(device: TestDevice.Chosen);
        using var optimiser = Optimiser(model);
        var gradients = Gradients(model, optimiser);
        foreach (var expectedLoss in AdamWSetting("losses").EnumerateArray())
        {
            AssertLoss(expectedLoss.GetDouble(), gradients.Compute(new StepShare([Sequences(model.Config)])));
            optimiser.Step(AdamWSetting("lr").GetDouble());
        }

        AssertAfterFiveSteps(model);
    }

    [FactNeedingGolden]
    public void Golden_five_steps_of_AdamW_equal_the_dense_masked_oracle()
    {
        using var scope = NewDisposeScope();
        using var model = ReferenceModel.Load();
        using var optimiser = torch.optim.AdamW(
            model.parameters(), AdamWSetting("lr").GetDouble(), AdamWSetting("betas")[0].GetDouble(), AdamWSetting("betas")[1].GetDouble(),
            AdamWSetting("eps").GetDouble(), AdamWSetting("weight_decay").GetDouble());
        foreach (var expectedLoss in AdamWSetting("losses").EnumerateArray())
        {
            optimiser.zero_grad();
            var loss = DenseLoss(model);
            AssertLoss(expectedLoss.GetDouble(), loss);
            loss.backward();
            optimiser.step();
        }

        AssertAfterFiveSteps(model);
    }

    private static void AssertLoss(double expected, Tensor loss) => TensorAssert.Equal([expected], loss, Tolerances.ReorderedFloat32);

    private static void AssertAfterFiveSteps(NullsModel model)
    {
        foreach (var (name, expected) in ReferenceModel.Renamed("after_adamw.safetensors", model.Config))
            TensorAssert.Equal(expected, Named(model, name), Tolerances.AfterAdamW, name);
    }

    private static JsonElement AdamWSetting(string name) => Golden.GetProperty("adamw").GetProperty(name);

    private static AdamW Optimiser(NullsModel model) => new(
        [new ParameterGroup([.. model.parameters()], 1, AdamWSetting("weight_decay").GetDouble())],
        AdamWSetting("betas")[0].GetDouble(), AdamWSetting("betas")[1].GetDouble());

    private static StepGradients Gradients(NullsModel model, AdamW optimiser) => new(model, ComputeWeights.Float32, optimiser, Isolation.Joint, new TrainingOptions { ClipNorm = double.PositiveInfinity }, new SingleProcess());

    private static TorchSharp.Modules.Parameter Named(NullsModel model, string name) => model.named_parameters().Single(named => named.name == name).parameter;

    private static (int[] Tokens, long Source)[] Rows() =>
        [.. Golden.GetProperty("tokens").Deserialize<int[][]>()!.Zip(Golden.GetProperty("row_sources").Deserialize<long[]>()!)];

    private static TokenSequence[] Sequences(NullsConfig config)
    {
        var allocation = config.CreateAllocation();
        return [.. Rows().Select(row => new TokenSequence(row.Tokens.AsMemory(..^1), new SinkGate(allocation.Allocate(row.Source)), row.Tokens.AsMemory(1..)))];
    }

    private static Tensor DenseLoss(NullsModel model)
    {
        var rows = Rows();
        var allocation = model.Config.CreateAllocation();
        var gates = rows.Select(row => row.Tokens[..^1].Select(_ => new SinkGate(allocation.Allocate(row.Source))).ToArray()).ToArray();
        var tokens_BT = tensor(rows.SelectMany(row => row.Tokens[..^1].Select(token => (long)token)).ToArray()).view(rows.Length, -1);
        var targets_N = tensor(rows.SelectMany(row => row.Tokens[1..].Select(token => (long)token)).ToArray());
        var oneDocument = gates.Select(row => row.Select(_ => 0L).ToArray()).ToArray();
        var logits_BTV = DenseOracle.Logits(model, tokens_BT, oneDocument, DenseOracle.Gates(model.Config, gates));
        return functional.cross_entropy(logits_BTV.view(-1, model.Config.VocabularySize), targets_N);
    }
}
