using Nulls.Distributed;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Training;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>The paper's sizes (arXiv:2606.13873), documents to train on, and the work that they are.</summary>
internal static class PaperModel
{
    /// <summary>Gets the sizes: 100 of 7,692 sinks, which are no code's, so they are drawn by a hash.</summary>
    public static NullsConfig Config { get; } = NullsConfig.Paper1B with
    {
        VocabularySize = 49_152,
        SinkPoolWidth = 7_692,
        SinksPerSource = 100,
        Allocation = SinkAllocationKind.Hashed,
    };

    /// <summary>The same with every neuron computed for every token and multiplied by a factor, as the released code does. One sink is left, since there must be one; no document runs it.</summary>
    public static NullsConfig Dense(NullsConfig config) => config with
    {
        BackboneWidth = config.BackboneWidth + config.SinkPoolWidth,
        SinkPoolWidth = 1,
        SinksPerSource = 1,
    };

    /// <summary>Documents of equal length and different sources.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="count">How many.</param>
    /// <param name="length">The tokens of each.</param>
    /// <param name="isDense">Whether they run a whole dense model, by a factor other than 1, so that it is multiplied.</param>
    public static TokenSequence[] Documents(NullsConfig config, int count, int length, bool isDense = false)
    {
        var random = new Random(1);
        var allocation = config.CreateAllocation();
        int[] Tokens() => [.. Enumerable.Range(0, length).Select(_ => random.Next(config.VocabularySize))];
        return [.. Enumerable.Range(0, count).Select(source => new TokenSequence(
            Tokens(), isDense ? new SinkGate(SinkSet.Empty, BackboneScale: 0.99f) : new SinkGate(allocation.Allocate(source)), Tokens()))];
    }

    /// <summary>The multiplications and additions of one pass forward over documents, with causal attention counted by half: [without head, of the head].</summary>
    public static (double Layers, double Head) ForwardOperations(NullsConfig config, int documentCount, int length)
    {
        double tokens = (double)documentCount * length;
        double heads = (double)config.HeadCount * config.HeadSize;
        var weights = config.Width * (heads + 2.0 * config.KeyValueHeadCount * config.HeadSize) + heads * config.Width
            + 3.0 * config.Width * (config.BackboneWidth + config.SinksPerSource);
        return (config.LayerCount * tokens * (2 * weights + 2 * length * heads), 2 * tokens * config.Width * config.VocabularySize);
    }

    /// <summary>The rate of a square product of 1,024 in bfloat16, in operations a second.</summary>
    public static double PeakRate()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (left, right) = (randn(1024, 1024).to(ScalarType.BFloat16), randn(1024, 1024).to(ScalarType.BFloat16));
        return 2.0 * 1024 * 1024 * 1024 / Paired.Seconds(() => left.mm(right).Dispose(), rounds: 41);
    }
}

/// <summary>A model and all that its training steps need.</summary>
internal sealed class StepRunner : IDisposable
{
    private readonly NullsModel _model;
    private readonly ComputeWeights _weights;
    private readonly AdamW _optimiser;
    private readonly StepGradients _gradients;
    private readonly StepShare _share;

    public StepRunner(NullsConfig config, TokenSequence[] documents, TrainingOptions options)
    {
        _model = new NullsModel(config, CPU);
        _model.Initialize(seed: 1);
        _weights = new ComputeWeights(_model, options.Precision.ToScalarType());
        var sinks = _model.SinkParameters.ToArray();
        var handles = sinks.Select(sink => sink.Handle).ToHashSet();
        _optimiser = new AdamW(
            [new ParameterGroup([.. _model.parameters().Where(parameter => !handles.Contains(parameter.Handle))], 1, 0.1), new ParameterGroup(sinks, 1, 0.1, AreSinks: true)],
            0.9, 0.95);
        _gradients = new StepGradients(_model, _weights, _optimiser, Isolation.Joint, options, new SingleProcess());
        _share = new StepShare([documents]);
    }

    /// <summary>One step: gradients, clipping, AdamW, and the matrices cast for the next.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        _gradients.Compute(_share);
        _optimiser.Step(1e-4);
        _weights.Refresh();
    }

    /// <summary>The gradients of the documents alone, added to those of micro-batches before.</summary>
    public void MicroBatch()
    {
        using var scope = NewDisposeScope();
        _gradients.Add(_share);
    }

    /// <summary>What a step does once: gradients cleared and clipped, AdamW, and the matrices cast.</summary>
    public void Update()
    {
        using var scope = NewDisposeScope();
        _optimiser.ClipGradients(1);
        _optimiser.Step(1e-4);
        _optimiser.ZeroGradients();
        _weights.Refresh();
    }

    public void Dispose()
    {
        _optimiser.Dispose();
        _weights.Dispose();
        _model.Dispose();
    }
}
