using Nulls.Tests.Support;
using Nulls.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Tests.Training;

[Collection(nameof(Alone))]
public class TokenLossTests
{
    private const int N = 37, D = 16, V = 91;

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(1 << 20)]
    public void Losses_and_gradients_are_those_of_Torchs_cross_entropy_in_chunks_of_any_size(int rowsAtATime)
    {
        using var scope = NewDisposeScope();
        var (hidden_ND, head_VD, targets_N, weights_N) = Inputs();
        var headGradient_VD = ones(V, D);
        var (losses_N, gradient_ND) = TokenLoss.Compute(hidden_ND, head_VD, targets_N, weights_N, headGradient_VD, rowsAtATime);

        var (expected_N, expectedHidden_ND, expectedHead_VD) = Oracle(hidden_ND, head_VD, targets_N, weights_N);
        TensorAssert.Equal(expected_N, losses_N, Tolerances.ReorderedFloat32);
        TensorAssert.Equal(expectedHidden_ND, gradient_ND, Tolerances.GradientFloat32);
        // Added to what was there.
        TensorAssert.Equal(expectedHead_VD + 1, headGradient_VD, Tolerances.GradientFloat32);
    }

    [Fact]
    public void Products_in_16_bits_stay_near_Torchs_cross_entropy_in_32()
    {
        using var scope = NewDisposeScope();
        var (hidden_ND, head_VD, targets_N, weights_N) = Inputs();
        var headGradient_VD = zeros(V, D);
        var (losses_N, gradient_ND) = TokenLoss.Compute(
            hidden_ND.to(ScalarType.BFloat16), head_VD.to(ScalarType.BFloat16), targets_N, weights_N, headGradient_VD);

        var (expected_N, expectedHidden_ND, expectedHead_VD) = Oracle(hidden_ND, head_VD, targets_N, weights_N);
        TensorAssert.Equal(expected_N, losses_N, Tolerances.BFloat16);
        TensorAssert.Equal(expectedHidden_ND, gradient_ND, Tolerances.BFloat16);
        TensorAssert.Equal(expectedHead_VD, headGradient_VD, Tolerances.BFloat16);
    }

    [Fact]
    public void Logits_far_from_zero_neither_overflow_nor_vanish()
    {
        using var scope = NewDisposeScope();
        var (hidden_ND, head_VD, targets_N, weights_N) = Inputs();
        var (losses_N, gradient_ND) = TokenLoss.Compute(hidden_ND * 300, head_VD, targets_N, weights_N, headGradient_VD: null);
        var (expected_N, expectedHidden_ND, _) = Oracle(hidden_ND * 300, head_VD, targets_N, weights_N);
        TensorAssert.Equal(expected_N, losses_N, new Tolerance(1e-3, 1e-5));
        TensorAssert.Equal(expectedHidden_ND, gradient_ND, Tolerances.GradientFloat32);
    }

    [FactOnLinux]
    public void A_large_vocabulary_never_has_all_its_logits_in_memory()
    {
        // All logits would be 800 MB in 32 bits; a chunk has 8 MB.
        const int tokens = 2_048, vocabulary = 100_000;
        using var scope = NewDisposeScope();
        var hidden_ND = zeros(tokens, 4);
        var head_VD = zeros(vocabulary, 4);
        var (targets_N, weights_N) = (zeros(tokens, ScalarType.Int64), ones(tokens));
        // Sets the process's high-water mark of resident memory to what is resident now.
        File.WriteAllText("/proc/self/clear_refs", "5");
        var before = PeakResidentBytes();
        TokenLoss.Compute(hidden_ND, head_VD, targets_N, weights_N, zeros(vocabulary, 4), rowsAtATime: 20);
        Assert.InRange(PeakResidentBytes() - before, long.MinValue, 300L << 20);
    }

    private static long PeakResidentBytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static (Tensor Hidden_ND, Tensor Head_VD, Tensor Targets_N, Tensor Weights_N) Inputs()
    {
        using var generator = new Generator(3, CPU);
        return (randn(N, D, generator: generator), randn(V, D, generator: generator), randint(0, V, N, ScalarType.Int64, generator: generator), rand(N, generator: generator));
    }

    private static (Tensor Losses_N, Tensor Hidden_ND, Tensor Head_VD) Oracle(Tensor hidden_ND, Tensor head_VD, Tensor targets_N, Tensor weights_N)
    {
        var (hidden, head) = (hidden_ND.clone().requires_grad_(), head_VD.clone().requires_grad_());
        var losses_N = functional.cross_entropy(functional.linear(hidden, head), targets_N, reduction: Reduction.None);
        (losses_N * weights_N).sum().backward();
        return (losses_N.detach(), hidden.grad!, head.grad!);
    }
}
