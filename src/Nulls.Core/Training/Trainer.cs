using Nulls.Model;
using Nulls.Sinks;
using Nulls.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>Trains a network: in each step some sources with their sinks on, and some of the general stream with every sink off.</summary>
internal sealed class Trainer(NullsModel model, SinkAllocation allocation, TrainingOptions options, int seed)
{
    /// <summary>Draws the weights, then trains them. At least one document has a source.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the network is as far as it got.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer a number.</exception>
    public void Train(
        TokenCorpora corpora, int endOfTextId, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var cutter = new DocumentCutter(model.Config.ContextLength, endOfTextId, options.ShuffleSentences);
        var general = corpora.General.Count == 0 ? null : new RowStream(corpora.General, cutter, seed + 1);
        var sources = new RowStream(corpora.Sources, cutter, seed + 2);
        var generalRows = general is null ? 0 : Math.Min(options.RowsPerStep - 1, options.RowsPerStep * options.GeneralShare);
        var sinkSteps = (int)Math.Ceiling((double)options.Passes * sources.RowsPerPass / (options.RowsPerStep - generalRows));
        var backboneSteps = general is null ? 0 : options.BackboneSteps;
        using var reporter = new ProgressReporter(progress, backboneSteps + sinkSteps, options.StepsPerReport);

        model.Initialize(seed, areSinksAddedLater: backboneSteps > 0);
        RunPhase(
            TrainingPhase.Backbone, backboneSteps, options.BackbonePhaseLearningRate, backboneScale: 1,
            () => Take(general!, options.RowsPerStep), reporter, cancellationToken);

        var due = 0.0;
        RunPhase(TrainingPhase.Sinks, sinkSteps, options.LearningRate, options.BackboneLearningRateScale, NextRows, reporter, cancellationToken);

        List<TokenSequence> NextRows()
        {
            // What is left of a fractional share is due in the next step.
            due += generalRows;
            var count = (int)Math.Round(due);
            due -= count;
            return [.. Take(sources, options.RowsPerStep - count), .. count == 0 ? [] : Take(general!, count)];
        }
    }

    private void RunPhase(
        TrainingPhase phase, int stepCount, double peakLearningRate, double backboneScale, Func<List<TokenSequence>> nextRows,
        ProgressReporter reporter, CancellationToken cancellationToken)
    {
        if (stepCount == 0)
            return;

        var schedule = new LearningRateSchedule(peakLearningRate, stepCount, options.WarmUpSteps, options.FinalLearningRateShare);
        using var optimiser = new AdamW(ParameterGroups(phase, backboneScale), options.Beta1, options.Beta2);
        var gradients = new StepGradients(model, optimiser, phase == TrainingPhase.Sinks ? options.Isolation : Isolation.Joint, options.ClipNorm);
        for (var step = 0; step < stepCount; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sequences = nextRows();
            using var scope = NewDisposeScope();
            var loss = gradients.Compute(sequences);
            optimiser.Step(schedule.At(step));
            reporter.Add(phase, loss, sequences.Sum(sequence => sequence.Tokens.Length), schedule.At(step));
        }
    }

    // Norms are vectors: decay would pull them from 1 to 0.
    private List<ParameterGroup> ParameterGroups(TrainingPhase phase, double backboneScale)
    {
        var sinks = model.SinkParameters.ToArray();
        var handles = sinks.Select(parameter => parameter.Handle).ToHashSet();
        var backbone = model.parameters().Where(parameter => !handles.Contains(parameter.Handle)).ToArray();
        List<ParameterGroup> groups =
        [
            new([.. backbone.Where(parameter => parameter.dim() > 1)], backboneScale, options.WeightDecay),
            new([.. backbone.Where(parameter => parameter.dim() == 1)], backboneScale, WeightDecay: 0),
        ];
        if (phase == TrainingPhase.Sinks)
            groups.Add(new ParameterGroup(sinks, options.SinkLearningRateScale, options.SinkWeightDecay ?? options.WeightDecay));
        return groups;
    }

    private List<TokenSequence> Take(RowStream stream, int rowCount) =>
        [.. Enumerable.Range(0, rowCount).SelectMany(_ => stream.Next().Pieces).Select(piece => new TokenSequence(piece.Inputs, Gate(piece.SourceIndex), piece.Targets))];

    private SinkGate Gate(int sourceIndex) => sourceIndex < 0 ? SinkGate.Backbone : new SinkGate(allocation.Allocate(sourceIndex));
}
