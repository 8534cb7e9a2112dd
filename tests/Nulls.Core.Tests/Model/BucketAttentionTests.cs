using Nulls.Model;
using Nulls.Tests.Support;
using static TorchSharp.torch;

namespace Nulls.Tests.Model;

/// <summary>Attention as the CPU's kernels compute it, in one block of queries and in several, against Torch's, which a GPU runs: here in 64 bits.</summary>
public sealed class BucketAttentionTests
{
    private static readonly NullsConfig Config = NullsConfig.Tiny with { HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 8, ContextLength = 600 };

    [Theory]
    [InlineData(7)]
    [InlineData(23, 20, 18)]
    [InlineData(600, 590)]
    public void The_kernels_and_Torch_mix_alike_and_so_do_their_gradients(params int[] lengths)
    {
        using var scope = NewDisposeScope();
        using var bucket = Bucket(lengths);
        using var table = new RotaryTable(Config.ContextLength, Config.HeadSize, Config.RopeBase, CPU);
        var positions_n = tensor(lengths.SelectMany(length => Enumerable.Range(0, length)).Select(position => (long)position).ToArray());
        using var generator = new Generator(1, CPU);
        var qkv_nA = randn([bucket.TokenCount, (Config.HeadCount + 2 * Config.KeyValueHeadCount) * Config.HeadSize], generator: generator);
        var mixedGradient_nA = randn([bucket.TokenCount, Config.HeadCount * Config.HeadSize], generator: generator);

        var (mixed_nA, gradient_nA) = Run(ScalarType.Float32);
        var (expected_nA, expectedGradient_nA) = Run(ScalarType.Float64);
        TensorAssert.Equal(expected_nA, mixed_nA, Tolerances.ReorderedFloat32, "mixed");
        TensorAssert.Equal(expectedGradient_nA, gradient_nA, Tolerances.GradientFloat32, "gradient");

        (Tensor Mixed_nA, Tensor Gradient_nA) Run(ScalarType type)
        {
            using var noGrad = no_grad();
            var (result_nA, resultGradient_nA) = (empty_like(mixedGradient_nA, type), empty_like(qkv_nA, type));
            var attention = BucketAttention.Run(Config, bucket, qkv_nA.to(type), table.At(positions_n), result_nA, needsGradient: true);
            attention.Backward(mixedGradient_nA.to(type), resultGradient_nA);
            return (result_nA, resultGradient_nA);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void What_it_keeps_goes_with_the_scope_it_ran_in(ScalarType type)
    {
        using var bucket = Bucket([12, 10]);
        using var outer = NewDisposeScope();
        var inputs = Inputs(type);
        LiveTensors.AssertUnchangedBy(() =>
        {
            using var scope = NewDisposeScope();
            Run(bucket, inputs);
        });
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Its_tensors_are_all_that_it_keeps(ScalarType type)
    {
        using var bucket = Bucket([12, 10]);
        using var outer = NewDisposeScope();
        var inputs = Inputs(type);
        LiveTensors.AssertUnchangedBy(() =>
        {
            foreach (var tensor in Run(bucket, inputs).Tensors)
                tensor.Dispose();
        });
    }

    private static (Tensor Qkv_nA, Tensor Cosine_n1k, Tensor Mixed_nA) Inputs(ScalarType type) => (ones([22, 64], type), ones([22, 1, 4]), zeros([22, 32], type));

    private static BucketAttention Run(SequenceBucket bucket, (Tensor Qkv_nA, Tensor Cosine_n1k, Tensor Mixed_nA) inputs) =>
        BucketAttention.Run(Config, bucket, inputs.Qkv_nA, (inputs.Cosine_n1k.alias(), inputs.Cosine_n1k.alias()), inputs.Mixed_nA, needsGradient: true);

    private static SequenceBucket Bucket(int[] lengths) => new([.. lengths.Select(length => new TokenSequence(new int[length], SinkGate.Backbone))], CPU);
}
