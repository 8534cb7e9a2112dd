using Nulls.Model;
using Nulls.Torch;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>The tokens of a whole step, over all micro-batches and processes, by which its loss is divided.</summary>
/// <param name="All">All tokens.</param>
/// <param name="General">Those without a source.</param>
internal readonly record struct StepTokens(long All, long General)
{
    public static StepTokens Of(IReadOnlyList<TokenSequence> sequences) => new(
        sequences.Sum(sequence => (long)sequence.Tokens.Length),
        sequences.Where(sequence => sequence.Gate.Sinks.Count == 0).Sum(sequence => (long)sequence.Tokens.Length));
}

/// <summary>The gradient of one step, in the optimiser's buffers, clipped.</summary>
/// <param name="model">The network.</param>
/// <param name="weights">The matrices to multiply with, which whoever changes the weights refreshes.</param>
/// <param name="optimiser">Holds the gradients.</param>
/// <param name="isolation">Where gradients of sources go.</param>
/// <param name="options">The norm to clip to, and how much is computed at once.</param>
internal sealed class StepGradients(NullsModel model, ComputeWeights weights, AdamW optimiser, Isolation isolation, TrainingOptions options)
{
    /// <summary>Computes the gradient of a whole step and returns the mean loss a token, a scalar.</summary>
    public Tensor Compute(IReadOnlyList<TokenSequence> sequences)
    {
        optimiser.ZeroGradients();
        var loss = Accumulate(sequences, StepTokens.Of(sequences));
        Clip();
        return loss;
    }

    /// <summary>Adds the gradient of a part of a step, and returns its share of the mean loss a token, a scalar.</summary>
    /// <param name="sequences">The part; at least one sequence.</param>
    /// <param name="step">The whole step.</param>
    public Tensor Accumulate(IReadOnlyList<TokenSequence> sequences, StepTokens step)
    {
        using var scope = NewDisposeScope();
        var lossSums = isolation == Isolation.Joint
            ? MicroBatches(sequences).Select(batch => Backward(batch, _ => 1f / step.All, sequenceClipNorm: null, trainsBackbone: true))
            : Apart(sequences, step);
        return (lossSums.Aggregate(LastingNumbers.Plus) / tensor((float)step.All, device: model.Device)).MoveToOuterDisposeScope();
    }

    /// <summary>Scales the gradient down. With sources apart, each was scaled by itself, and this is the general stream's turn.</summary>
    public void Clip() => optimiser.ClipGradients(options.ClipNorm, isolation == Isolation.Joint ? [] : model.SinkParameters);

    // Sources reach their sinks alone, and each source's loss and clipping depend on nothing but itself.
    private IEnumerable<Tensor> Apart(IReadOnlyList<TokenSequence> sequences, StepTokens step) => MicroBatches(sequences).SelectMany(batch =>
        from part in batch.GroupBy(sequence => sequence.Gate.Sinks.Count == 0)
        select part.Key
            ? Backward([.. part], _ => 1f / step.General, sequenceClipNorm: null, trainsBackbone: true)
            : Backward([.. part], sequence => 1f / sequence.Tokens.Length, options.ClipNorm, trainsBackbone: false));

    // Rows are cut into sequences already; as many tokens are in as many rows.
    private IEnumerable<IReadOnlyList<TokenSequence>> MicroBatches(IReadOnlyList<TokenSequence> sequences)
    {
        var mostTokens = options.MicroBatchRows == 0 ? long.MaxValue : (long)options.MicroBatchRows * model.Config.ContextLength;
        var batch = new List<TokenSequence>();
        var tokenCount = 0L;
        foreach (var sequence in sequences)
        {
            if (batch.Count > 0 && tokenCount + sequence.Tokens.Length > mostTokens)
            {
                yield return batch;
                (batch, tokenCount) = ([], 0);
            }

            batch.Add(sequence);
            tokenCount += sequence.Tokens.Length;
        }

        yield return batch;
    }

    // Adds the gradient of the weighted sum of the tokens' losses, and returns their unweighted sum.
    private Tensor Backward(IReadOnlyList<TokenSequence> sequences, Func<TokenSequence, float> tokenWeight, double? sequenceClipNorm, bool trainsBackbone)
    {
        using var scope = NewDisposeScope();
        using var batch = new TokenBatch(sequences, model.Device);
        var gradients = new GradientAccumulator(optimiser.GradientOf, trainsBackbone, sequenceClipNorm);
        var activations = model.Forward(batch, weights, options.ActivationCheckpointing);
        var (losses_N, hiddenGradient_ND) = TokenLoss.Compute(
            activations.Hidden_ND, weights.Of(model.Head), batch.Targets_N!, TokenWeights(batch, sequences, tokenWeight), // A training batch always has targets.
            gradients.BackboneGradientOf(model.Head));
        model.Backward(hiddenGradient_ND, activations, gradients);
        return losses_N.sum().MoveToOuterDisposeScope();
    }

    private Tensor TokenWeights(TokenBatch batch, IReadOnlyList<TokenSequence> sequences, Func<TokenSequence, float> tokenWeight)
    {
        var weightOf = new float[batch.TokenCount];
        for (var i = 0; i < sequences.Count; i++)
            Array.Fill(weightOf, tokenWeight(sequences[i]), batch.Starts[i], sequences[i].Tokens.Length);
        return TokenBatch.OnDevice(weightOf, model.Device).MoveToCurrentScope();
    }
}
