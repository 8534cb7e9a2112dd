using Nulls.Evaluation.Systems;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Tests.Support;
using Nulls.Text;
using Nulls.Training;
using TorchSharp;

namespace Nulls.Tests.Evaluation.Systems;

public sealed class SystemsTests : IClassFixture<SystemsTests.StandardBundle>
{
    private static readonly NullsBundleOptions Options = TinyBundle.Options with { SourceSalt = new byte[16], Training = TinyBundle.Options.Training with { Passes = 20 } };

    private static readonly Document[] Forget = [new(TinyBundle.Text(3), "book-3")];

    private static readonly Document[] Retain = [.. Enumerable.Range(0, 10).Where(i => i != 3).Select(i => new Document(TinyBundle.Text(i), TinyBundle.Keys[i]))];

    private readonly NullsBundle _standard;

    public SystemsTests(StandardBundle standard) => _standard = standard.Bundle;

    /// <summary>A standard transformer.</summary>
    public sealed class StandardBundle : IDisposable
    {
        public NullsBundle Bundle { get; } = NullsBundle.Train(TinyBundle.Corpus(), ComparedSystems.Standard(Options with { Training = Options.Training with { Passes = 40 } }));

        public void Dispose() => Bundle.Dispose();
    }

    [Fact]
    public void A_standard_transformer_knows_its_texts_without_any_sink()
    {
        Assert.Equal(Score(_standard, TinyBundle.Text(3), null), Score(_standard, TinyBundle.Text(3), "book-3"), 1e-5f);
        Assert.True(Score(_standard, TinyBundle.Text(3), null) > Score(_standard, "zebras quit jazz", null) + 1);
        Assert.Equal(36, _standard.Config.BackboneWidth);
    }

    [Fact]
    public void With_isolated_parameters_erasing_a_source_gives_the_bits_of_a_training_without_it()
    {
        using var with = NullsBundle.Train(TinyBundle.Corpus(), ComparedSystems.Isolated(Options, 10));
        using var without = NullsBundle.Train(TinyBundle.Corpus(), ComparedSystems.IsolatedWithout(Options, 10, ["book-3"]));
        Assert.NotEqual(with.ModelDigest, without.ModelDigest);
        using var erased = with.Erase(["book-3"]);
        using var neverSaw = without.Erase(["book-3"]);
        Assert.Equal(neverSaw.ModelDigest, erased.ModelDigest);
        foreach (var (text, source) in Retain.Select(document => (document.Text, document.Source)).Append((TinyBundle.Text(3), null)))
            Assert.Equal(Score(neverSaw, text, source), Score(erased, text, source));
    }

    [Theory]
    [InlineData((int)PostHocMethod.GradientAscent)]
    [InlineData((int)PostHocMethod.GradientDifference)]
    [InlineData((int)PostHocMethod.Npo)]
    [InlineData((int)PostHocMethod.SimNpo)]
    public void An_objectives_derivative_is_its_finite_difference(int method)
    {
        var options = new PostHocOptions { Method = (PostHocMethod)method, Beta = 0.7, Gamma = 0.2, RetainWeight = 1.5 };
        var random = new Random(4);
        float[][] Draw() => [.. Enumerable.Range(2, 3).Select(length => Enumerable.Range(0, length).Select(_ => random.NextSingle() * 3).ToArray())];
        var (forget, retain, reference) = (Draw(), Draw(), new[] { 2.0, 3.5, 5.0 });
        var derivative = PostHocObjective.Derivative(options, forget, reference, retain);
        float[][] all = [.. forget, .. retain];
        for (var i = 0; i < all.Length; i++)
        {
            for (var token = 0; token < all[i].Length; token++)
            {
                const float Step = 1 / 64f;
                all[i][token] += Step;
                var above = PostHocObjective.Value(options, forget, reference, retain);
                all[i][token] -= 2 * Step;
                var below = PostHocObjective.Value(options, forget, reference, retain);
                all[i][token] += Step;
                Assert.Equal((above - below) / (2 * Step), derivative[i][token], 1e-3);
            }
        }
    }

    [Fact]
    public void A_weight_of_NPO_that_rounding_would_lose_is_zero_and_a_larger_one_stays()
    {
        var options = new PostHocOptions { Method = PostHocMethod.Npo, Beta = 1 };
        var derivative = PostHocObjective.Derivative(options, [[15, 15], [5, 5]], [0, 0], [[1, 1]]);
        // The sigmoid of -30 is 1e-13, that of -10 5e-5.
        Assert.All(derivative[0], weight => Assert.Equal(0f, weight));
        Assert.Equal(-Math.Exp(-10), derivative[1][0], 1e-8);
    }

    [Theory]
    [InlineData((int)PostHocMethod.GradientAscent, 15)]
    [InlineData((int)PostHocMethod.GradientDifference, 15)]
    [InlineData((int)PostHocMethod.Npo, 15)]
    [InlineData((int)PostHocMethod.SimNpo, 15)]
    [InlineData((int)PostHocMethod.Rmu, 60)] // Of two layers it trains one matrix.
    public void A_method_raises_the_loss_of_what_it_forgets_and_leaves_no_tensor_behind(int method, int steps)
    {
        var options = new PostHocOptions { Method = (PostHocMethod)method, LearningRate = 3e-3, Steps = steps };
        var before = Score(_standard, TinyBundle.Text(3), null);
        LiveTensors.AssertUnchangedBy(() =>
        {
            using var forgetful = PostHocUnlearning.Run(_standard, Forget, Retain, options);
            Assert.True(Score(forgetful, TinyBundle.Text(3), null) < before - 0.2, $"{Score(forgetful, TinyBundle.Text(3), null)} after {before}");
        });
        Assert.Equal(before, Score(_standard, TinyBundle.Text(3), null));
    }

    [Theory]
    [InlineData(0, new[] { 0 })]
    [InlineData(1, new[] { 0, 1 })]
    [InlineData(null, new[] { 0 })]
    public void Representation_misdirection_changes_the_down_projections_up_to_its_layer_alone(int? layer, int[] changedLayers)
    {
        var options = new PostHocOptions { Method = PostHocMethod.Rmu, SteeringLayer = layer, Steps = 2 };
        using var forgetful = PostHocUnlearning.Run(_standard, Forget, Retain, options);
        var changed = new List<string>();
        forgetful.WithChangedWeights((_, after) => _standard.WithChangedWeights((_, before) =>
            changed.AddRange(after.named_parameters().Zip(before.named_parameters()).Where(pair => !pair.First.parameter.equal(pair.Second.parameter).all().item<bool>()).Select(pair => pair.First.name))).Dispose()).Dispose();
        Assert.Equal(changedLayers.Select(changedLayer => $"layers.{changedLayer}.mlp.down"), changed);
    }

    [Fact]
    public void Representation_misdirection_goes_down_its_published_objective()
    {
        using var scope = torch.NewDisposeScope();
        var random = new Random(6);
        int[][] tokens = [[1, 2, 3, 4], [5, 6], [7, 8, 9]];
        TokenSequence[] sequences = [.. tokens.Select(row => new TokenSequence(row, SinkGate.Backbone, row))];
        using var batch = new TokenBatch(sequences, torch.CPU);
        var (states_ND, before_ND, direction_D) = (Draw(9, 5).requires_grad_(), Draw(9, 5), Draw(5));
        var options = new PostHocOptions { Method = PostHocMethod.Rmu, RetainWeight = 3 };
        var actual_ND = PostHocUnlearning.Misdirection(options, batch, states_ND.detach(), before_ND, direction_D, sequences, forgetCount: 2);

        torch.Tensor Rows(torch.Tensor rows_ND, params int[] chosen) => torch.cat([.. chosen.Select(i => rows_ND.narrow(0, batch.Starts[i], tokens[i].Length))], 0);
        var forget = (Rows(states_ND, 0, 1) - direction_D).pow(2).mean();
        var retain = (Rows(states_ND, 2) - Rows(before_ND, 2)).pow(2).mean();
        (forget + (3 * retain)).backward();
        TensorAssert.Equal(states_ND.grad!, actual_ND, Tolerances.ReorderedFloat32);

        torch.Tensor Draw(params long[] shape) => torch.tensor([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => random.NextSingle())]).view(shape);
    }

    [Fact]
    public void The_best_trial_of_a_grid_comes_first_and_all_are_told()
    {
        PostHocOptions[] grid = [new() { Method = PostHocMethod.GradientDifference, Steps = 0 }, new() { Method = PostHocMethod.GradientDifference, Steps = 10, LearningRate = 3e-3 }];
        var known = Score(_standard, TinyBundle.Text(3), null);
        var trials = PostHocTrial.RunAll(_standard, Forget, Retain, grid, model => (Math.Clamp(known - Score(model, TinyBundle.Text(3), null), 0, 1), 1));
        Assert.Equal([10, 0], trials.Select(trial => trial.Options.Steps));
    }

    [Fact]
    public void Sinks_that_are_only_gated_come_back_at_once_and_erased_ones_do_not()
    {
        using var trained = NullsBundle.Train(TinyBundle.Corpus(), ComparedSystems.Isolated(Options, 10));
        using var gated = trained.Unlearn(["book-3"]);
        using var erased = trained.Erase(["book-3"]);
        var options = new RelearningOptions { ProbedSteps = [0, 2], TurnsSinksOn = true };
        double Probe(NullsBundle model) => Score(model, TinyBundle.Text(3), model.Sources.TryGetIndex("book-3", out _) ? "book-3" : null);
        var own = Probe(trained);
        Assert.Equal(own, RelearningAttack.Run(gated, Retain, Probe, options)[0].Probe, 1e-5);
        Assert.True(RelearningAttack.Run(erased, Retain, Probe, options)[0].Probe < own - 0.2);
    }

    [Fact]
    public void A_relearning_attack_learns_its_texts_and_changes_nothing()
    {
        var before = _standard.ModelDigest;
        Document[] attack = [new("Zebras quit jazz by dawn.", null)];
        var curve = RelearningAttack.Run(_standard, attack, model => Score(model, attack[0].Text, null), new RelearningOptions { ProbedSteps = [0, 1, 5, 20], LearningRate = 3e-3 });
        Assert.Equal([0, 1, 5, 20], curve.Select(point => point.Step));
        Assert.True(curve[^1].AttackLoss < curve[0].AttackLoss - 0.5, $"{curve[0].AttackLoss} to {curve[^1].AttackLoss}");
        Assert.True(curve[^1].Probe > curve[0].Probe + 0.5);
        Assert.Equal(before, _standard.ModelDigest);
    }

    private static float Score(NullsBundle bundle, string text, string? source) => bundle.Score([new ScoringRequest(text, source)], ScoringOutputs.LogProbabilities).Single().Score;
}
