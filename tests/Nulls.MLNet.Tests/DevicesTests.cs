using Microsoft.ML;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Nulls.MLNet.Tests;

public class DevicesTests
{
    private static readonly int FirstMissingGpu = torch.cuda.is_available() ? torch.cuda.device_count() : 0;

    [Fact]
    public void Without_a_word_the_model_runs_on_the_CPU() => Assert.Equal("cpu", Choose(new MLContext(), requested: null));

    [Fact]
    public void Options_come_before_the_context() => Assert.Equal("cpu", Choose(new MLContext { GpuDeviceId = FirstMissingGpu, FallbackToCpu = false }, requested: "cpu"));

    [Fact]
    public void A_missing_GPU_falls_back_to_the_CPU_with_a_warning_when_the_context_allows()
    {
        var ml = new MLContext { GpuDeviceId = FirstMissingGpu, FallbackToCpu = true };
        var warnings = new List<string>();
        ml.Log += (_, line) =>
        {
            if (line.Kind == ChannelMessageKind.Warning)
                warnings.Add(line.RawMessage);
        };

        Assert.Equal("cpu", Choose(ml, requested: null));
        Assert.Contains($"GpuDeviceId is {FirstMissingGpu}", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_GPU_is_an_error_when_the_context_forbids_the_CPU()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Choose(new MLContext { GpuDeviceId = FirstMissingGpu, FallbackToCpu = false }, requested: null));

        Assert.Contains("FallbackToCpu", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_loading_context_chooses_the_device()
    {
        using var model = TinyModel.In(new MLContext());
        using var file = Persistence.ModelFileTests.Save(model);

        var refused = Assert.ThrowsAny<Exception>(() => new MLContext { GpuDeviceId = FirstMissingGpu, FallbackToCpu = false }.Model.Load(file, out _));
        using var fallen = (NullsTransformer)new MLContext { GpuDeviceId = FirstMissingGpu, FallbackToCpu = true }.Model.Load(file, out _);

        Assert.IsType<InvalidOperationException>(refused.GetBaseException());
        Assert.Equal(TinyModel.Corpus.Count, TinyModel.Score(fallen, TinyModel.Corpus).Count);
    }

    [Fact]
    public void A_device_that_is_none_is_refused_before_training_begins()
    {
        var ml = new MLContext();

        Assert.Throws<ArgumentException>(() => ml.Nulls(TinyModel.Options with { Device = "gpu" }).Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus)));
    }

    [FactNeedingCuda]
    public void A_model_trained_on_a_GPU_loads_on_the_CPU()
    {
        var gpu = new MLContext { GpuDeviceId = 0 };
        using var model = gpu.Nulls(TinyModel.Options with { Training = new Training.TrainingOptions { Passes = 1 } }).Fit(gpu.Data.LoadFromEnumerable(TinyModel.Corpus));

        using var loaded = (NullsTransformer)Persistence.ModelFileTests.Reload(model);

        foreach (var (expected, actual) in TinyModel.Score(model, TinyModel.Corpus).Zip(TinyModel.Score(loaded, TinyModel.Corpus)))
            Assert.Equal(expected.Score, actual.Score, 1e-3f);
    }

    private static string Choose(MLContext ml, string? requested)
    {
        using var channel = ((IHostEnvironment)ml).Start("Test");
        return Devices.Choose(requested, ml, channel);
    }
}
