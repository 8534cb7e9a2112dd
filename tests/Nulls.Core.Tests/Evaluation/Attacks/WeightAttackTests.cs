using Nulls.Evaluation.Attacks;
using Nulls.Evaluation.Corpora;
using Nulls.Inference;
using Nulls.Tests.Support;
using static TorchSharp.torch;

namespace Nulls.Tests.Evaluation.Attacks;

public sealed class WeightAttackTests : IClassFixture<TinyBundle>, IDisposable
{
    private readonly NullsBundle _own;
    private readonly NullsBundle _forgetful;

    public WeightAttackTests(TinyBundle tiny)
    {
        _own = tiny.Bundle.WithRouting(SinkRouting.Backbone);
        _forgetful = _own.Unlearn(TinyBundle.Keys);
    }

    public void Dispose()
    {
        _own.Dispose();
        _forgetful.Dispose();
    }

    [Theory]
    [InlineData(8, 32)]
    [InlineData(4, 32)]
    [InlineData(2, 32)]
    public void Every_weight_is_rounded_to_the_nearest_of_its_groups_values(int bits, int group)
    {
        using var rounded = WeightCompression.Quantize(_own, bits);
        var most = (1 << (bits - 1)) - 1;
        foreach (var (weights, coarse) in Matrices(_own).Zip(Matrices(rounded)))
        {
            foreach (var (before, after) in weights.Chunk(group).Zip(coarse.Chunk(group)))
            {
                var scale = before.Max(Math.Abs) / most;
                for (var i = 0; i < before.Length; i++)
                    Assert.True(Math.Abs(after[i] - (scale * MathF.Round(before[i] / scale))) <= 1e-6f || Math.Abs(before[i] / scale % 1) is > 0.4999f and < 0.5001f, $"{before[i]} became {after[i]} at scale {scale}");
            }
        }
    }

    [Fact]
    public void Eight_bits_cost_little_and_the_model_itself_keeps_its_weights()
    {
        var digest = _own.ModelDigest;
        var result = CompressionAttack.Run(_own, TinyProof.Probes);
        Assert.Equal(digest, _own.ModelDigest);
        Assert.True(result["whole_accuracy"].Value > 0.8);
        Assert.True(result["int8_accuracy"].Value >= result["whole_accuracy"].Value - 0.1);
        Assert.Equal(["whole_accuracy", "int8_accuracy", "int4_accuracy", "pruned_10_accuracy", "pruned_30_accuracy", "pruned_50_accuracy"], result.Metrics.Select(metric => metric.Name));
    }

    [Fact]
    public void Pruning_sets_the_smallest_weights_of_each_matrix_to_zero_and_leaves_the_rest()
    {
        using var pruned = WeightCompression.Prune(_own, 0.3);
        foreach (var (before, after) in Matrices(_own).Zip(Matrices(pruned)))
        {
            var dropped = (int)(0.3 * before.Length);
            var threshold = before.Select(Math.Abs).Order().ElementAt(dropped);
            Assert.Equal(before.Select(weight => Math.Abs(weight) < threshold ? 0 : weight), after);
        }
    }

    [Fact]
    public void What_is_unlearned_stays_so_in_a_coarser_model()
    {
        using var rounded = WeightCompression.Quantize(_forgetful, 8);
        using var pruned = WeightCompression.Prune(_forgetful, 0.1);
        Assert.All(new[] { rounded, pruned }, model => Assert.True(model.IsUnlearned("book-3")));
    }

    [Fact]
    public void Sinks_that_are_only_gated_give_everything_and_erased_ones_nothing()
    {
        ProofProbe[] probes = [.. TinyProof.Probes.Take(5)];
        using var gated = _own.Unlearn(TinyBundle.Keys[..5]);
        using var erased = _own.Erase(TinyBundle.Keys[..5]);
        var fromGated = WeightAccess.Run(gated, probes);
        var fromErased = WeightAccess.Run(erased, probes);
        Assert.Equal(ProbeAccuracy.Of(_own, "own", probes).Value, fromGated["opened_accuracy"].Value);
        Assert.Equal((1.0, 0.0), (fromGated["sinks_with_weights"].Value, fromErased["sinks_with_weights"].Value));
        Assert.Equal(fromErased["locked_accuracy"].Value, fromErased["opened_accuracy"].Value);
        Assert.True(fromGated["locked_accuracy"].Value < fromGated["opened_accuracy"].Value);
        Assert.Equal(5, fromErased["sinks_with_weights"].Count);
    }

    [Fact]
    public void A_source_that_a_model_never_had_has_no_sinks_to_open()
    {
        ProofProbe[] probes = [.. TinyProof.Probes.Select(probe => probe with { Sources = ["never trained"] })];
        var result = WeightAccess.Run(_own, probes);
        Assert.Equal((0, double.NaN), (result["sinks_with_weights"].Count, result["sinks_with_weights"].Value));
        Assert.Equal(result["locked_accuracy"].Value, result["opened_accuracy"].Value);
    }

    [Fact]
    public void Attacks_on_weights_leave_no_tensor_behind()
    {
        WeightAccess.Run(_forgetful, TinyProof.Probes);
        LiveTensors.AssertUnchangedBy(() =>
        {
            CompressionAttack.Run(_forgetful, TinyProof.Probes, [4], [0.5]);
            WeightAccess.Run(_forgetful, TinyProof.Probes);
        });
    }

    [Fact]
    public void Bits_and_shares_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightCompression.Quantize(_own, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightCompression.Quantize(_own, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightCompression.Prune(_own, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightCompression.Prune(_own, double.NaN));
    }

    private static float[][] Matrices(NullsBundle bundle)
    {
        using var noGrad = no_grad();
        return [.. bundle.Contents.Model.parameters().Where(weight => weight.dim() == 2).Select(weight => weight.data<float>().ToArray())];
    }
}
