using Nulls.Distributed;
using Nulls.Model;
using Nulls.Tests.Support;
using Nulls.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Tests.Training;

public class StepGradientsTests
{
    private static readonly NullsConfig Config = new()
    {
        VocabularySize = 50, Width = 32, LayerCount = 3, HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 12, BackboneWidth = 24,
        SinkPoolWidth = 4 * 13, SinksPerSource = 4, ContextLength = 40,
    };

    private static readonly TrainingOptions Unclipped = new() { ClipNorm = double.PositiveInfinity };

    [Theory]
    [InlineData(Isolation.Joint)]
    [InlineData(Isolation.SinksOnly)]
    public void Accumulated_micro_batches_give_the_gradient_of_the_whole_step(Isolation isolation) =>
        AssertSame(Unclipped, Unclipped with { MicroBatchRows = 1 }, isolation, ScalarType.Float32, Tolerances.GradientFloat32);

    [Theory]
    [InlineData(Isolation.Joint)]
    [InlineData(Isolation.SinksOnly)]
    public void Accumulated_micro_batches_are_clipped_as_the_whole_step(Isolation isolation)
    {
        var options = new TrainingOptions { ClipNorm = 1e-3 };
        AssertSame(options, options with { MicroBatchRows = 1 }, isolation, ScalarType.Float32, new Tolerance(1e-7, 1e-3));
    }

    [Fact]
    public void Activations_that_are_computed_again_give_the_gradient_of_those_that_were_kept() =>
        AssertSame(Unclipped, Unclipped with { ActivationCheckpointing = true }, Isolation.Joint, ScalarType.Float32, Tolerances.Exact);

    [Fact]
    public void Products_in_16_bits_stay_near_the_gradient_of_those_in_32()
    {
        using var scope = NewDisposeScope();
        var exact = Gradients(Unclipped, Isolation.Joint, ScalarType.Float32);
        var rounded = Gradients(Unclipped, Isolation.Joint, ScalarType.BFloat16);
        foreach (var (name, expected) in exact)
        {
            // By direction, because small elements are differences of large ones: 8 bits a product, through three layers and back.
            var cosine = (expected * rounded[name]).sum() / (expected.norm() * rounded[name].norm());
            Assert.True(cosine.item<float>() > 0.999, $"{name}: cosine {cosine.item<float>()}");
            Assert.InRange((rounded[name].norm() / expected.norm()).item<float>(), 0.98f, 1.02f);
        }
    }

    [Theory]
    [InlineData(0.97)]
    [InlineData(1)]
    public void A_shielded_backbone_has_the_gradient_of_general_text_and_a_share_of_that_of_sources_but_in_the_tables_of_tokens(double shield)
    {
        using var scope = NewDisposeScope();
        var whole = Gradients(Unclipped, Isolation.Joint, ScalarType.Float32);
        var general = GeneralGradients();
        var shielded = Gradients(Unclipped with { BackboneShield = shield }, Isolation.Joint, ScalarType.Float32);
        foreach (var (name, gradient) in whole)
        {
            var passed = name is "embedding" or "head" ? 0 : (float)(1 - shield);
            var expected = general.TryGetValue(name, out var ofGeneral) ? ofGeneral + ((gradient - ofGeneral) * passed) : gradient;
            TensorAssert.Equal(expected, shielded[name], Tolerances.GradientFloat32, name);
        }
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_shield_is_a_share(double shield) =>
        Assert.Equal(nameof(TrainingOptions.BackboneShield), Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingOptions { BackboneShield = shield }.Validate()).ParamName);

    [Theory]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.BFloat16, true)]
    public void A_step_leaves_no_tensor_behind(ScalarType type, bool recomputes)
    {
        using var model = Model();
        using var weights = new ComputeWeights(model, type);
        using var optimiser = Optimiser(model);
        var gradients = new StepGradients(model, weights, optimiser, Isolation.SinksOnly, Unclipped with { ActivationCheckpointing = recomputes }, new SingleProcess());
        var share = Share();
        LiveTensors.AssertUnchangedBy(() =>
        {
            using var scope = NewDisposeScope();
            gradients.Compute(share);
        });
    }

    private static void AssertSame(TrainingOptions first, TrainingOptions second, Isolation isolation, ScalarType type, Tolerance tolerance)
    {
        using var scope = NewDisposeScope();
        var (expected, actual) = (Gradients(first, isolation, type), Gradients(second, isolation, type));
        foreach (var (name, gradient) in expected)
            TensorAssert.Equal(gradient, actual[name], tolerance, name);
    }

    private static Dictionary<string, Tensor> Gradients(TrainingOptions options, Isolation isolation, ScalarType type)
    {
        using var model = Model();
        using var weights = new ComputeWeights(model, type);
        using var optimiser = Optimiser(model);
        new StepGradients(model, weights, optimiser, isolation, options, new SingleProcess()).Compute(Share());
        var gradients = model.named_parameters().ToDictionary(named => named.name, named => optimiser.GradientOf(named.parameter).clone());
        Assert.All(gradients.Values, gradient => Assert.True(gradient.norm().item<float>() > 0));
        return gradients;
    }

    // Of the sequences without a source, divided by the tokens of all.
    private static Dictionary<string, Tensor> GeneralGradients()
    {
        using var model = Model();
        using var weights = new ComputeWeights(model, ScalarType.Float32);
        using var optimiser = Optimiser(model);
        var all = Share();
        var general = new StepShare([all.Parted().General]);
        new StepGradients(model, weights, optimiser, Isolation.Joint, Unclipped, new SingleProcess()).Compute(general);
        var sinks = model.SinkParameters.Select(sink => sink.Handle).ToHashSet();
        return model.named_parameters().Where(named => !sinks.Contains(named.parameter.Handle))
            .ToDictionary(named => named.name, named => optimiser.GradientOf(named.parameter) * (general.TokenCount / (float)all.TokenCount));
    }

    private static NullsModel Model()
    {
        var model = new NullsModel(Config, CPU);
        model.Initialize(seed: 7);
        return model;
    }

    private static AdamW Optimiser(NullsModel model)
    {
        var sinks = model.SinkParameters.ToArray();
        var handles = sinks.Select(sink => sink.Handle).ToHashSet();
        return new AdamW([new ParameterGroup([.. model.parameters().Where(parameter => !handles.Contains(parameter.Handle))], 1, 0), new ParameterGroup(sinks, 1, 0, AreSinks: true)], 0.9, 0.95);
    }

    // One in four has no source; lengths differ.
    private static StepShare Share()
    {
        var random = new Random(5);
        var allocation = Config.CreateAllocation();
        return new StepShare([.. Enumerable.Range(0, 12).Select(i =>
        {
            var length = random.Next(1, 40);
            int[] Tokens() => [.. Enumerable.Range(0, length).Select(_ => random.Next(Config.VocabularySize))];
            return new[] { new TokenSequence(Tokens(), i % 4 == 0 ? SinkGate.Backbone : new SinkGate(allocation.Allocate(i)), Tokens()) };
        })]);
    }
}
