using Nulls.Distributed;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Text;
using Nulls.Torch;
using Nulls.Training;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>Training steps of the paper's model on one device: tokens a second with sinks gathered, and of a model that computes every neuron of the pool.</summary>
/// <remarks>
/// The dense model has all neurons in its backbone and one sink: it multiplies as much as the released code does, without the
/// product with the mask. It is made and freed after the sparse one, so that each has the device's memory to itself.
/// </remarks>
internal static class DeviceStep
{
    private const int StepsPerReport = 5;

    /// <summary>Gets the paper's sizes (arXiv:2606.13873): 100 of 7,692 sinks, which are no code's, so they are drawn by a hash.</summary>
    private static NullsConfig Paper { get; } = NullsConfig.Paper1B with
    {
        VocabularySize = 49_152,
        SinkPoolWidth = 7_692,
        SinksPerSource = 100,
        Allocation = SinkAllocationKind.Hashed,
    };

    /// <summary>Gets sizes that a processor's core steps through in a moment, to try the way.</summary>
    private static NullsConfig Tiny { get; } = NullsConfig.Tiny with { VocabularySize = 512, SinkPoolWidth = 800, SinksPerSource = 8, Allocation = SinkAllocationKind.Hashed };

    public static void Run(string deviceName, bool isTiny)
    {
        var device = TorchDevice.Parse(deviceName);
        var sparse = isTiny ? Tiny : Paper;
        var dense = sparse with { BackboneWidth = sparse.BackboneWidth + sparse.SinkPoolWidth - 1, SinkPoolWidth = 1, SinksPerSource = 1 };
        var rowsPerStep = isTiny ? 4 : 8;
        Console.WriteLine($"Device {device}; {sparse.LayerCount} layers, width {sparse.Width}, {sparse.SinksPerSource} of {sparse.SinkPoolWidth:N0} sinks, context {sparse.ContextLength:N0}, vocabulary {sparse.VocabularySize:N0}, {rowsPerStep} rows a step");
        var sparseSpeed = TokensPerSecond("sparse", sparse, device, rowsPerStep);
        var denseSpeed = TokensPerSecond("dense", dense, device, rowsPerStep);
        Console.WriteLine($"sparse / dense {sparseSpeed / denseSpeed:0.00}");
    }

    private static double TokensPerSecond(string name, NullsConfig config, Device device, int rowsPerStep)
    {
        using var model = new NullsModel(config, device);
        var random = new Random(1);
        var documents = Enumerable.Range(0, rowsPerStep * StepsPerReport * 4).Select(source => new TokenDocument(
            [[.. Enumerable.Range(0, config.ContextLength - 1).Select(_ => random.Next(1, config.VocabularySize))]], source));
        var options = new TrainingOptions { Passes = 1, RowsPerStep = rowsPerStep, StepsPerReport = StepsPerReport };
        var speeds = new Speeds(name);
        new Trainer(model, config.CreateAllocation(), options, seed: 1, new SingleProcess()).Train(TokenCorpora.Of([.. documents]), endOfTextId: 0, speeds);
        return speeds.Median();
    }

    private sealed class Speeds(string name) : IProgress<TrainingProgress>
    {
        private readonly List<double> _values = [];

        public void Report(TrainingProgress value)
        {
            Console.WriteLine($"{name}: step {value.Step} of {value.StepCount}, loss {value.Loss:0.000}, {value.TokensPerSecond:N0} tokens/s");
            // The first steps allocate memory and choose kernels.
            if (value.Step > StepsPerReport)
                _values.Add(value.TokensPerSecond);
        }

        public double Median() => _values.Order().ElementAt(_values.Count / 2);
    }
}
