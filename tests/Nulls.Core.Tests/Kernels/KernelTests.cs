using System.Runtime.Intrinsics;
using Nulls.Kernels;
using Nulls.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Tests.Kernels;

/// <summary>Each kernel against Torch's operations and its autograd, in both types and at widths that fill no vector.</summary>
public sealed class KernelTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 12)]
    [InlineData(ScalarType.Float32, 48)]
    [InlineData(ScalarType.BFloat16, 37)]
    public void The_norm_adds_and_normalises_and_so_does_its_gradient(ScalarType type, int D)
    {
        using var scope = NewDisposeScope();
        var (x_ND, added_ND, weight_D) = (Random(1, 20, D), Random(2, 20, D).to(type), Random(3, D));
        var (outGradient_ND, behind_ND) = (Random(4, 20, D).to(type), Random(5, 20, D));
        var (sum_ND, norm_ND, inverse_N) = RmsNormKernel.Forward(x_ND, added_ND, weight_D, 1e-5, type);
        var (gradient_ND, weightGradient_D) = (behind_ND.clone(), ones(D));
        var cast_ND = RmsNormKernel.Backward(outGradient_ND, sum_ND, inverse_N, weight_D, gradient_ND, weightGradient_D);

        var leaf_ND = x_ND.add(added_ND.to(ScalarType.Float32)).requires_grad_();
        var weight = weight_D.clone().requires_grad_();
        var expected_ND = leaf_ND * (leaf_ND.square().mean([-1], keepdim: true) + 1e-5).rsqrt() * weight;
        expected_ND.backward([outGradient_ND.to(ScalarType.Float32)]);
        TensorAssert.Equal(leaf_ND, sum_ND, Tolerances.ReorderedFloat32);
        TensorAssert.Equal(expected_ND, norm_ND, Of(type));
        TensorAssert.Equal(leaf_ND.grad! + behind_ND, gradient_ND, Tolerances.GradientFloat32);
        TensorAssert.Equal(gradient_ND, cast_ND, Of(type));
        TensorAssert.Equal(weight.grad! + 1, weightGradient_D, Tolerances.GradientFloat32);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 5)]
    [InlineData(ScalarType.Float32, 32)]
    [InlineData(ScalarType.BFloat16, 19)]
    public void SwiGlu_and_its_gradient_are_those_of_Torch(ScalarType type, int I)
    {
        using var scope = NewDisposeScope();
        var (gateUp, outGradient) = ((Random(1, 7, 3, 2 * I) * 4).to(type), Random(2, 7, 3, I).to(type));
        var hidden = SwiGluKernel.Forward(gateUp);
        var leaf = gateUp.to(ScalarType.Float32).clone().requires_grad_();
        var halves = leaf.split(I, -1);
        var expected = functional.silu(halves[0]) * halves[1];
        expected.backward([outGradient.to(ScalarType.Float32)]);
        TensorAssert.Equal(expected, hidden, Of(type));
        TensorAssert.Equal(leaf.grad!, SwiGluKernel.Backward(outGradient, gateUp), Of(type));
    }

    [Theory]
    [InlineData(ScalarType.Float32, 0, 21)]
    [InlineData(ScalarType.Float32, 30, 9)]
    [InlineData(ScalarType.BFloat16, 16, 16)]
    public void Causal_weights_and_their_gradient_are_those_of_Torch(ScalarType type, int start, int length)
    {
        using var scope = NewDisposeScope();
        const float scale = 0.3f;
        var C = start + length;
        var (scores, outGradient) = ((Random(1, 3 * length, C) * 5).to(type), Random(2, 3 * length, C).to(type));
        var leaf = scores.to(ScalarType.Float32).clone().requires_grad_();
        var isUnseen_LC = arange(C).unsqueeze(0) > arange(start, C).unsqueeze(1);
        var expected = (leaf * scale).view(3, length, C).masked_fill(isUnseen_LC, double.NegativeInfinity).softmax(-1).view(-1, C);
        expected.backward([outGradient.to(ScalarType.Float32)]);
        CausalSoftmaxKernel.Forward(scores, start, length, scale);
        TensorAssert.Equal(expected, scores, Of(type));
        CausalSoftmaxKernel.Backward(outGradient, scores, start, length, scale);
        TensorAssert.Equal(leaf.grad!, outGradient, Of(type));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Heads_return_to_their_rows_turned_back(ScalarType type)
    {
        using var scope = NewDisposeScope();
        int[] lengths = [3, 5, 4];
        const int heads = 2, K = 6;
        var rows_nA = Random(1, 12, 4 * K).to(type);
        var angles = Random(2, 12, 1, K / 2);
        var rotary = (angles.cos(), angles.sin());
        var block_BHTK = HeadsKernel.ToBlock(rows_nA, lengths, firstHead: 1, heads, K, rotary);

        var part = rows_nA.to(ScalarType.Float32).view(12, 4, K).narrow(1, 1, heads).split(K / 2, -1);
        var turned = cat([part[0] * rotary.Item1 - part[1] * rotary.Item2, part[1] * rotary.Item1 + part[0] * rotary.Item2], -1);
        TensorAssert.Equal(turned.narrow(0, 3, 5).transpose(0, 1), block_BHTK[1], Of(type));
        TensorAssert.Equal(zeros(heads, 2, K), block_BHTK[0].narrow(1, 3, 2), Tolerances.Exact);

        var back_nA = zeros_like(rows_nA);
        HeadsKernel.ToRows(block_BHTK, back_nA, lengths, firstHead: 1, rotary);
        TensorAssert.Equal(rows_nA.narrow(1, K, heads * K), back_nA.narrow(1, K, heads * K), Of(type));
        TensorAssert.Equal(zeros(12, K), back_nA.narrow(1, 0, K), Tolerances.Exact);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 37)]
    [InlineData(ScalarType.BFloat16, 48)]
    [InlineData(ScalarType.BFloat16, 21)]
    public void Normalisers_of_logits_are_those_of_Torch(ScalarType type, int V)
    {
        using var scope = NewDisposeScope();
        var logits_nV = (Random(1, 9, V) * 8).to(type);
        var (greatest, logSum) = (new float[9], new float[9]);
        LogitsKernel.Normalise(logits_nV, greatest, logSum);
        var exact_nV = logits_nV.to(ScalarType.Float32);
        TensorAssert.Equal(exact_nV.amax([1]), tensor(greatest), Tolerances.Exact);
        TensorAssert.Equal(exact_nV.logsumexp(1), tensor(greatest) + tensor(logSum), Tolerances.ReorderedFloat32);
        Assert.Equal(exact_nV.view(-1).index_select(0, tensor(new long[] { V + 3, 0, 8 * V })).data<float>().ToArray(), LogitsKernel.Pick(logits_nV, [V + 3, 0, 8 * V]));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(48)]
    public void Rows_leave_a_pool_and_their_gradients_return_as_by_Torch_even_when_a_row_repeats(int D)
    {
        using var scope = NewDisposeScope();
        var (pool_PD, gradient_nD, rows_n) = (Random(1, 10, D), Random(2, 5, D).to(ScalarType.BFloat16), tensor(new long[] { 3, 9, 3, 0, 3 }));
        TensorAssert.Equal(pool_PD.index_select(0, rows_n).to(ScalarType.BFloat16), PoolKernel.Gather(pool_PD, rows_n, ScalarType.BFloat16), Tolerances.Exact);
        var sum_PD = Random(3, 10, D);
        var expected_PD = sum_PD.index_add(0, rows_n, gradient_nD.to(ScalarType.Float32), 1);
        PoolKernel.Add(sum_PD, rows_n, gradient_nD);
        TensorAssert.Equal(expected_PD, sum_PD, Tolerances.Exact);
    }

    [Fact]
    public void The_exponential_is_within_two_units_of_the_last_place()
    {
        var random = new Random(1);
        var x = new float[16];
        for (var round = 0; round < 2_000; round++)
        {
            for (var i = 0; i < 16; i++)
                x[i] = (float)(random.NextDouble() * 175 - 87);
            var y = Exponential.Of(Vector512.Create(x));
            for (var i = 0; i < 16; i++)
                Assert.InRange(y[i], Math.Exp(x[i]) * (1 - 2.4e-7), Math.Exp(x[i]) * (1 + 2.4e-7));
        }
    }

    [Fact]
    public void The_exponential_of_what_is_no_finite_number_is_what_it_must_be()
    {
        var y = Exponential.Of(Vector512.Create([
            float.NegativeInfinity, float.PositiveInfinity, float.NaN, -200, 200, 0, -0f, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Equal([0, float.PositiveInfinity, float.NaN, 0, float.PositiveInfinity, 1, 1], [y[0], y[1], y[2], y[3], y[4], y[5], y[6]]);
    }

    [Fact]
    public void Two_threads_give_what_one_gives()
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        try
        {
            Tensor Run(int count)
            {
                set_num_threads(count);
                return SwiGluKernel.Forward(Random(1, 512, 512).to(ScalarType.BFloat16));
            }

            TensorAssert.Equal(Run(1), Run(2), Tolerances.Exact);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static Tolerance Of(ScalarType type) => type == ScalarType.Float32 ? Tolerances.GradientFloat32 : Tolerances.BFloat16;

    private static Tensor Random(int seed, params long[] shape)
    {
        using var generator = new Generator((ulong)seed, CPU);
        return randn(shape, generator: generator);
    }
}
