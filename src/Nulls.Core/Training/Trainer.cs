using Nulls.Model;
using Nulls.Sinks;
using Nulls.Text;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>Trains a network: in each step some sources with their sinks on, and some of the general stream with every sink off.</summary>
/// <remarks>
/// Between two steps a training is its weights, the optimiser's memory and a <see cref="TrainingState"/>. Where it is given a
/// <see cref="Checkpointer"/> it keeps those on the disk and goes on from what it finds there, with the bits of a training that was never stopped.
/// </remarks>
internal sealed class Trainer(NullsModel model, SinkAllocation allocation, TrainingOptions options, int seed)
{
    /// <summary>Draws the weights, then trains them on a corpus of which some document has a source; or goes on where the checkpoint stands.</summary>
    /// <param name="corpora">The corpus.</param>
    /// <param name="endOfTextId">The special token that begins and ends a document.</param>
    /// <param name="progress">Told the state of the training now and then.</param>
    /// <param name="validation">Texts that are held out: the weights of the step that does best on them are what remains. Null or empty for none.</param>
    /// <param name="checkpointer">Keeps the training on the disk; null to keep it in memory alone.</param>
    /// <param name="cancellationToken">Stops the training between two steps, once a checkpoint is written.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; the network is as far as it got.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer a number.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    /// <exception cref="IOException">The first checkpoint cannot be written.</exception>
    public void Train(
        TokenCorpora corpora, int endOfTextId, IProgress<TrainingProgress>? progress = null,
        ITokenCorpus? validation = null, Checkpointer? checkpointer = null, CancellationToken cancellationToken = default)
    {
        using var best = checkpointer?.MakeBest(model) ?? new BestWeights(model, workFolder: null, warn: null);
        if (checkpointer?.Saved is { IsFinished: true })
        {
            checkpointer.Restore(model, optimiser: null);
            return;
        }

        var rows = new StepRows(corpora, new DocumentCutter(model.Config.ContextLength, endOfTextId, options.ShuffleSentences), options, seed);
        var state = checkpointer?.Saved?.State ?? new TrainingState();
        if (checkpointer?.Saved is null)
            model.Initialize(seed, areSinksAddedLater: rows.BackboneSteps > 0);
        else
            rows.SeekTo(state.Rows);

        using var reporter = new ProgressReporter(progress, rows.BackboneSteps + rows.SinkSteps, options.StepsPerReport, state.Step);
        var set = validation is null or { Count: 0 } ? null : new ValidationSet(validation, model.Config.ContextLength, endOfTextId, options.RowsPerStep, GateOf);
        var run = new Run(rows, set, best, checkpointer, reporter, cancellationToken);
        if (state.Phase == TrainingPhase.Backbone)
        {
            state = RunPhase(run, state, rows.BackboneSteps, options.BackbonePhaseLearningRate, backboneScale: 1);
            state = state with { Phase = TrainingPhase.Sinks, PhaseStep = 0 };
        }

        state = RunPhase(run, state, rows.SinkSteps, options.LearningRate, options.BackboneLearningRateScale);
        if (state.Validation.BestStep > 0)
            best.Restore(state.Validation.BestStep);
        checkpointer?.TryWrite(state, model, optimiser: null, best, isFinished: true);
    }

    private TrainingState RunPhase(Run run, TrainingState state, int stepCount, double peakLearningRate, double backboneScale)
    {
        if (stepCount == 0)
            return state;

        var (phase, reporter, checkpointer) = (state.Phase, run.Reporter, run.Checkpointer);
        var schedule = new LearningRateSchedule(peakLearningRate, stepCount, options.WarmUpSteps, options.FinalLearningRateShare);
        using var optimiser = new AdamW(ParameterGroups(phase, backboneScale), options.Beta1, options.Beta2);
        var gradients = new StepGradients(model, optimiser, phase == TrainingPhase.Sinks ? options.Isolation : Isolation.Joint, options.ClipNorm);
        checkpointer?.Enter(state, model, optimiser, run.Best);
        try
        {
            while (true)
            {
                var isLast = state.PhaseStep == stepCount;
                // A training that was stopped while it validated goes on with that.
                if (run.Validation is not null && state.Step > state.Validation.Step && (isLast || state.Step % options.StepsPerValidation == 0))
                    state = state with { Validation = Validate(run, state) };

                isLast |= options.EarlyStopPatience > 0 && state.Validation.WithoutImprovement >= options.EarlyStopPatience;
                reporter.ReportIfDue(state, schedule.At(state.PhaseStep - 1), isLast && phase == TrainingPhase.Sinks);
                if (isLast)
                    return state;

                if (checkpointer?.IsDue(state.Step) == true)
                {
                    reporter.RequireFinite(state.Step);
                    checkpointer.TryWrite(state, model, optimiser, run.Best);
                }

                run.CancellationToken.ThrowIfCancellationRequested();
                Step(run, phase, gradients, optimiser, schedule.At(state.PhaseStep));
                state = state with { PhaseStep = state.PhaseStep + 1, Step = state.Step + 1, Rows = run.Rows.State };
            }
        }
        catch (OperationCanceledException) when (run.CancellationToken.IsCancellationRequested && reporter.IsFinite)
        {
            // Thrown between two steps or inside a validation, which changes nothing.
            checkpointer?.TryWrite(state, model, optimiser, run.Best);
            throw;
        }
    }

    private void Step(Run run, TrainingPhase phase, StepGradients gradients, AdamW optimiser, double learningRate)
    {
        TokenSequence[] sequences = [.. run.Rows.Next(phase).SelectMany(row => row.Pieces)
            .Select(piece => new TokenSequence(piece.Inputs, GateOf(piece.SourceIndex), piece.Targets))];
        using var scope = NewDisposeScope();
        var loss = gradients.Compute(sequences);
        optimiser.Step(learningRate);
        run.Reporter.Add(loss, sequences.Sum(sequence => sequence.Tokens.Length));
    }

    // What is best is kept once sinks learn: weights without them would not be what was asked for.
    private ValidationState Validate(Run run, TrainingState state)
    {
        var loss = run.Validation!.Loss(model, run.CancellationToken); // Asked only with validation texts.
        if (!double.IsFinite(loss))
            throw ProgressReporter.Diverged(loss, state.Step);

        var validation = state.Validation with { Step = state.Step, Loss = loss };
        if (state.Phase == TrainingPhase.Backbone)
            return validation;
        if (loss >= validation.BestLoss)
            return validation with { WithoutImprovement = validation.WithoutImprovement + 1 };

        run.Best.Keep(state.Step);
        return validation with { BestStep = state.Step, BestLoss = loss, WithoutImprovement = 0 };
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

    private SinkGate GateOf(int sourceIndex) => sourceIndex < 0 ? SinkGate.Backbone : new SinkGate(allocation.Allocate(sourceIndex));

    private sealed record Run(
        StepRows Rows, ValidationSet? Validation, BestWeights Best, Checkpointer? Checkpointer, ProgressReporter Reporter, CancellationToken CancellationToken);
}
