using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls.Tests.Model;

public class PrecisionCheckTests
{
    [Theory]
    [InlineData(true, 4.0, Precision.BFloat16)]
    [InlineData(true, 1.1, Precision.Float32)]
    [InlineData(false, 4.0, Precision.Float32)]
    public void Auto_takes_bfloat16_where_it_is_there_and_clearly_faster(bool isThere, double speedup, Precision expected) =>
        Assert.Equal(expected, PrecisionCheck.Resolve(Precision.Auto, "cpu", () => isThere, () => speedup));

    [Fact]
    public void Asking_for_bfloat16_where_there_is_none_is_an_error_that_names_the_remedy()
    {
        var exception = Assert.Throws<PlatformNotSupportedException>(() => PrecisionCheck.Resolve(Precision.BFloat16, "cpu", () => false, () => 0.5));
        Assert.Contains("Set Precision to Auto or Float32", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_begun_in_bfloat16_is_not_continued_where_there_is_none()
    {
        var exception = Assert.Throws<PlatformNotSupportedException>(() => PrecisionCheck.ResolveSaved(Precision.BFloat16, "cpu", "work", () => false));
        Assert.Contains("The training in the work folder 'work' was begun in bfloat16", exception.Message, StringComparison.Ordinal);
        Assert.Contains("choose another WorkFolder", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_begun_in_32_bits_goes_on_anywhere() =>
        Assert.Equal(Precision.Float32, PrecisionCheck.ResolveSaved(Precision.Float32, "cpu", "work", () => throw new InvalidOperationException("Asked.")));

    [Fact]
    public void Asking_for_bfloat16_where_it_is_there_measures_nothing() =>
        Assert.Equal(Precision.BFloat16, PrecisionCheck.Resolve(Precision.BFloat16, "cpu", () => true, () => throw new InvalidOperationException("Measured.")));

    [Fact]
    public void Auto_is_resolved_on_this_machine() =>
        Assert.Contains(PrecisionCheck.Resolve(Precision.Auto, CPU), new[] { Precision.Float32, Precision.BFloat16 });

    [Fact]
    public void A_precision_that_is_none_of_the_three_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PrecisionCheck.Resolve((Precision)7, CPU));
}
