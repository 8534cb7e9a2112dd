using System.Text.Json;
using Nulls.Distributed;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Text;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>Trains a network: in each step some sources with their sinks on, and some of the general stream with every sink off.</summary>
/// <remarks>
/// Between two steps a training is its weights, the optimiser's memory and a <see cref="TrainingState"/>. Where it is given a
/// <see cref="Checkpointer"/> it keeps those on the disk and goes on from what it finds there, with the bits of a training that was never stopped.
/// Of several ranks, rank 0 alone has one and tells the others what it found; they hold the same weights and memory, and take the same steps.
/// </remarks>
internal sealed class Trainer(NullsModel model, SinkAllocation allocation, TrainingOptions options, int seed, ICollective ranks, SharedStatements? shared = null, FirstPhaseFile? firstPhase = null)
{
    /// <summary>Gets the precision of the products: what is asked for, resolved on this device.</summary>
    private Precision Precision { get; } = PrecisionCheck.Resolve(options.Precision, model.Device);

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
        var beginning = Begin(checkpointer);
        using var best = checkpointer?.MakeBest(model) ?? new BestWeights(model, workFolder: null, warn: null);
        if (beginning.IsFinished)
        {
            checkpointer?.Restore(model, optimiser: null);
            ShareWeights();
            return;
        }

        if (options.SharedDropout > 0 && shared is null)
            throw new InvalidOperationException("SharedDropout is above 0, but nobody has found what sources share.");
        var rows = new StepRows(corpora, new DocumentCutter(model.Config.ContextLength, endOfTextId, options.ShuffleSentences), options, seed);
        var state = beginning.State;
        if (beginning.IsSaved)
        {
            rows.SeekTo(state.Rows);
        }
        else
        {
            model.Initialize(seed, areSinksAddedLater: rows.BackboneSteps > 0 || options.AreSinksLeftOut);
            if (firstPhase?.TryRead(model) == true)
                state = rows.SkipBackbonePhase();
        }

        using var reporter = new ProgressReporter(progress, rows.BackboneSteps + rows.SinkSteps, options.StepsPerReport, state.Step);
        using var cancellation = new SharedCancellation(ranks, cancellationToken);
        var set = validation is null or { Count: 0 } ? null : new ValidationSet(validation, model.Config.ContextLength, endOfTextId, options.RowsPerStep, GateOf, ranks);
        var run = new Run(beginning, endOfTextId, rows, set, best, checkpointer, reporter, cancellation);
        if (state.Phase == TrainingPhase.Backbone)
        {
            state = RunPhase(run, state, rows.BackboneSteps, options.BackbonePhaseLearningRate, backboneScale: 1);
            if (ranks.Rank == 0)
                firstPhase?.Write(model);
            state = state with { Phase = TrainingPhase.Sinks, PhaseStep = 0 };
        }

        state = RunPhase(run, state, rows.SinkSteps, options.LearningRate, options.BackboneLearningRateScale);
        if (state.Validation.BestStep > 0)
        {
            if (ranks.Rank == 0)
                best.Restore(state.Validation.BestStep);
            ShareWeights();
        }

        checkpointer?.TryWrite(state, model, optimiser: null, best, isFinished: true);
    }

    // Where the training stands, as rank 0 found it.
    private Beginning Begin(Checkpointer? checkpointer)
    {
        var saved = checkpointer?.Saved;
        var own = new Beginning(saved is not null, saved is { IsFinished: true }, saved?.State ?? new TrainingState());
        return ranks.Size == 1 ? own : JsonSerializer.Deserialize<Beginning>(ranks.Broadcast(JsonSerializer.SerializeToUtf8Bytes(own)))!; // It was no null.
    }

    private void ShareWeights(AdamW? optimiser = null)
    {
        foreach (var (_, weight) in Checkpointer.Weights(model))
            ranks.Broadcast(weight);
        foreach (var (_, _, value) in optimiser?.State ?? [])
            ranks.Broadcast(value);
    }

    private TrainingState RunPhase(Run run, TrainingState state, int stepCount, double peakLearningRate, double backboneScale)
    {
        if (stepCount == 0)
            return state;

        var (phase, reporter, checkpointer) = (state.Phase, run.Reporter, run.Checkpointer);
        var schedule = new LearningRateSchedule(peakLearningRate, stepCount, options.WarmUpSteps, options.FinalLearningRateShare);
        using var optimiser = new AdamW(ParameterGroups(phase, backboneScale), options.Beta1, options.Beta2);
        // What is saved are the 32-bit weights, so the copies are cast once those are here.
        using var weights = new ComputeWeights(model, Precision.ToScalarType());
        var gradients = new StepGradients(model, weights, optimiser, phase == TrainingPhase.Sinks ? options.Isolation : Isolation.Joint, options, ranks);
        checkpointer?.Enter(state, model, optimiser, run.Best);
        if (run.Beginning.IsSaved && run.Beginning.State.Step == state.Step)
            ShareWeights(optimiser);
        weights.Refresh();
        try
        {
            while (true)
            {
                run.Cancellation.Agree();
                var isLast = state.PhaseStep == stepCount;
                // A training that was stopped while it validated goes on with that.
                if (run.Validation is not null && state.Step > state.Validation.Step && (isLast || state.Step % options.StepsPerValidation == 0))
                    state = state with { Validation = Validate(run, state, weights) };

                isLast |= options.EarlyStopPatience > 0 && state.Validation.WithoutImprovement >= options.EarlyStopPatience;
                reporter.ReportIfDue(state, schedule.At(state.PhaseStep - 1), isLast && phase == TrainingPhase.Sinks);
                if (isLast)
                    return state;

                if (checkpointer?.IsDue(state.Step) == true)
                {
                    reporter.RequireFinite(state.Step);
                    checkpointer.TryWrite(state, model, optimiser, run.Best);
                }

                run.Cancellation.Token.ThrowIfCancellationRequested();
                Step(run, phase, gradients, optimiser, weights, schedule.At(state.PhaseStep));
                state = state with { PhaseStep = state.PhaseStep + 1, Step = state.Step + 1, Rows = run.Rows.State };
            }
        }
        catch (OperationCanceledException) when (run.Cancellation.Token.IsCancellationRequested && reporter.IsFinite)
        {
            // Thrown between two steps or inside a validation, which changes nothing.
            checkpointer?.TryWrite(state, model, optimiser, run.Best);
            throw;
        }
    }

    private void Step(Run run, TrainingPhase phase, StepGradients gradients, AdamW optimiser, ComputeWeights weights, double learningRate)
    {
        var rows = run.Rows.Next(phase);
        var share = ShareOf(rows, row => [.. row.Pieces.SelectMany(piece => piece.AreSinksOff ? SharedOf(piece, run.EndOfTextId) : [SequenceOf(piece)])]);
        // A step of which nothing is left has no gradient: its texts then run with their sinks on.
        if (share.TokenCount == 0)
            share = ShareOf(rows, row => [.. row.Pieces.Select(SequenceOf)]);
        using var scope = NewDisposeScope();
        var loss = gradients.Compute(share);
        optimiser.Step(learningRate);
        weights.Refresh();
        run.Reporter.Add(loss, share.TokenCount);
    }

    // What is best is kept once sinks learn: weights without them would not be what was asked for.
    private ValidationState Validate(Run run, TrainingState state, ComputeWeights weights)
    {
        var loss = run.Validation!.Loss(model, weights, run.Cancellation.Token); // Asked only with validation texts.
        if (!double.IsFinite(loss))
            throw ProgressReporter.Diverged(loss, state.Step);

        var validation = state.Validation with { Step = state.Step, Loss = loss };
        if (state.Phase == TrainingPhase.Backbone)
            return validation;
        if (loss >= validation.BestLoss)
            return validation with { WithoutImprovement = validation.WithoutImprovement + 1 };

        if (ranks.Rank == 0)
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
        if (phase == TrainingPhase.Sinks && !options.AreSinksLeftOut)
            groups.Add(new ParameterGroup(sinks, options.SinkLearningRateScale, options.SinkWeightDecay ?? options.WeightDecay, AreSinks: true));
        return groups;
    }

    private StepShare ShareOf(List<TokenRow> rows, Func<TokenRow, TokenSequence[]> sequencesOf) => new([.. rows.Select(sequencesOf)], ranks.Rank, ranks.Size);

    private TokenSequence SequenceOf(TokenPiece piece) => new(piece.Inputs, GateOf(piece.SourceIndex), piece.Targets);

    // Each statement by itself: beside the rest of its text, the backbone would learn what that text alone lets it expect.
    private IEnumerable<TokenSequence> SharedOf(TokenPiece piece, int endOfTextId)
    {
        var tokens = piece.Targets.Span[^1] == endOfTextId ? piece.Targets[..^1] : piece.Targets;
        foreach (var statement in shared!.In(tokens, startsSentence: piece.Inputs.Span[0] == endOfTextId)) // Sinks are off only where it is known what is shared.
            yield return new TokenSequence((int[])[endOfTextId, .. statement.Span[..^1]], SinkGate.Backbone, statement);
    }

    private SinkGate GateOf(int sourceIndex) => sourceIndex < 0 || options.AreSinksLeftOut ? SinkGate.Backbone : new SinkGate(allocation.Allocate(sourceIndex));

    private sealed record Run(
        Beginning Beginning, int EndOfTextId, StepRows Rows, ValidationSet? Validation, BestWeights Best, Checkpointer? Checkpointer, ProgressReporter Reporter, SharedCancellation Cancellation);

    private sealed record Beginning(bool IsSaved, bool IsFinished, TrainingState State);
}
