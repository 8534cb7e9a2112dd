using Nulls.Model;
using Nulls.Text;
using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Evaluation.Systems;

/// <summary>Trains a finished standard transformer to forget texts, by published methods.</summary>
/// <remarks>RMU steers the residual stream after one layer and trains the down-projections of that layer and the two before it, or as many as there are.</remarks>
internal static class PostHocUnlearning
{
    private const int TrainedLayersOfRmu = 3;

    /// <summary>Makes a bundle of new weights; the given one stays as it is.</summary>
    /// <param name="bundle">The model; its backbone alone runs.</param>
    /// <param name="forget">The texts to forget.</param>
    /// <param name="retain">Texts like those that are to be kept.</param>
    /// <param name="options">The method and its numbers.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static NullsBundle Run(
        NullsBundle bundle, IEnumerable<Document> forget, IEnumerable<Document> retain, PostHocOptions options, CancellationToken cancellationToken = default)
    {
        var forgetTexts = new TextSequences(bundle, forget, options.Seed);
        var retainTexts = new TextSequences(bundle, retain, options.Seed + 1);
        return bundle.WithChangedWeights((model, before) =>
        {
            var steered = options.SteeringLayer ?? (model.Layers.Count - 1) / 2;
            using var tuner = new FineTuner(model, options.LearningRate, options.Method == PostHocMethod.Rmu
                ? [.. model.Layers.Take(steered + 1).TakeLast(TrainedLayersOfRmu).Select(layer => layer.Mlp.Down)]
                : null);
            using var direction_D = Direction(options, model);
            for (var step = 0; step < options.Steps; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var toForget = forgetTexts.Next(options.SequencesPerStep);
                var toRetain = options.Method == PostHocMethod.GradientAscent ? [] : retainTexts.Next(options.SequencesPerStep);
                TokenSequence[] sequences = [.. toForget, .. toRetain];
                if (options.Method == PostHocMethod.Rmu)
                {
                    tuner.Step(sequences, steered, (batch, stream_ND) =>
                    {
                        using var scope = NewDisposeScope();
                        var frozen = before.Forward(batch, ComputeWeights.Float32, recomputes: false);
                        return Misdirection(options, batch, stream_ND, frozen.StreamAfter(steered), direction_D, sequences, toForget.Length).MoveToOuterDisposeScope();
                    });
                    continue;
                }

                double[] reference = options.Method == PostHocMethod.Npo ? [.. FineTuner.Losses(before, toForget).Select(losses => losses.Sum(loss => (double)loss))] : [];
                tuner.Step(sequences, losses => PostHocObjective.Derivative(options, [.. losses.Take(toForget.Length)], reference, [.. losses.Skip(toForget.Length)]));
            }
        });
    }

    /// <summary>RMU's gradient by the states after the steered layer: of their mean squared distance to the direction, or to where they were.</summary>
    internal static Tensor Misdirection(
        PostHocOptions options, TokenBatch batch, Tensor stream_ND, Tensor before_ND, Tensor direction_D, IReadOnlyList<TokenSequence> sequences, int forgetCount)
    {
        using var scope = NewDisposeScope();
        var forgotten = new float[batch.TokenCount];
        for (var i = 0; i < forgetCount; i++)
            Array.Fill(forgotten, 1f, batch.Starts[i], sequences[i].Tokens.Length);
        var width = stream_ND.shape[1];
        var (forgetTokens, retainTokens) = (forgotten.Count(one => one > 0), forgotten.Count(one => one == 0));
        using var isForgotten_N = TokenBatch.OnDevice(forgotten, stream_ND.device);
        using var isRetained_N = TokenBatch.OnDevice(Array.ConvertAll(forgotten, one => 1 - one), stream_ND.device);
        using Scalar forgetScale = 2.0 / ((long)Math.Max(1, forgetTokens) * width);
        using Scalar retainScale = options.RetainWeight * 2.0 / ((long)Math.Max(1, retainTokens) * width);
        using Scalar minusOne = -1;
        var forget_ND = stream_ND.add(direction_D, minusOne).mul(isForgotten_N.view(-1, 1)).mul_(forgetScale);
        var retain_ND = stream_ND.add(before_ND, minusOne).mul(isRetained_N.view(-1, 1)).mul_(retainScale);
        return forget_ND.add_(retain_ND, LastingNumbers.One).MoveToOuterDisposeScope();
    }

    // Uniform, then of the length asked for.
    private static Tensor Direction(PostHocOptions options, NullsModel model)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)options.Seed, CPU);
        var drawn_D = rand(model.Config.Width, generator: generator);
        using Scalar scale = options.SteeringLength / drawn_D.norm().item<float>();
        return drawn_D.mul_(scale).to(model.Device).MoveToOuterDisposeScope();
    }
}
