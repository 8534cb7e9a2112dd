using Nulls.Tests.Support;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace Nulls.Tests.SupportTests;

public class TensorAssertTests
{
    [Fact]
    public void A_failure_names_the_first_index_both_values_and_the_worst_error()
    {
        using var scope = NewDisposeScope();
        var expected_23 = tensor(new float[] { 0, 1, 2, 3, 4, 5 }, [2, 3]);
        var actual_23 = tensor(new float[] { 0, 1, 2.5f, 3, 4, 9 }, [2, 3]);

        var message = Assert.Throws<FailException>(() => TensorAssert.Equal(expected_23, actual_23, new Tolerance(0.1, 0), "h")).Message;

        Assert.Contains("h: 2 of 6 elements differ", message, StringComparison.Ordinal);
        Assert.Contains("First at [0, 2]: expected 2, got 2.5.", message, StringComparison.Ordinal);
        Assert.Contains("Worst at [1, 2]: expected 5, got 9, error 4.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_shape_with_the_same_values_differs()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<FailException>(() => TensorAssert.Equal(ones(2, 3), ones(3, 2)));
    }

    [Fact]
    public void Not_a_number_differs_from_every_number()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<FailException>(() => TensorAssert.Equal(ones(1), tensor(new[] { float.NaN }), new Tolerance(1e9, 1e9)));
    }

    [Fact]
    public void Without_a_tolerance_one_bit_differs()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<FailException>(() => TensorAssert.Equal(ones(1), tensor(new[] { MathF.BitIncrement(1) })));
    }

    [Fact]
    public void Half_precision_is_compared_by_value()
    {
        using var scope = NewDisposeScope();
        TensorAssert.Equal(full(3, 1.5f), full(3, 1.5f).to(ScalarType.BFloat16));
    }
}
