using Nulls.Inference;
using Nulls.Model;
using Nulls.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Evaluation.Attacks;

/// <summary>Seeks a prompt after which greedy decoding writes a target: greedy coordinate gradient (arXiv:2307.15043, algorithm 1).</summary>
/// <param name="contents">The model; it outlives the search.</param>
/// <param name="gate">The sinks that run.</param>
/// <param name="target">The tokens to bring out.</param>
/// <param name="options">The budget of a step.</param>
internal sealed class PromptSearch(BundleContents contents, SinkGate gate, int[] target, AdversarialCompressionOptions options)
{
    private readonly NullsModel _model = contents.Model;

    /// <summary>Seeks from a prompt of random tokens.</summary>
    /// <param name="length">The prompt's tokens; with the target's they fit in the model's context.</param>
    /// <param name="steps">The most steps.</param>
    /// <param name="random">What is drawn by.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <returns>A prompt that brings the target out, or null, and the steps that were taken.</returns>
    public (int[]? Prompt, int Steps) Run(int length, int steps, Random random, CancellationToken cancellationToken)
    {
        int[] prompt = [.. Enumerable.Range(0, length).Select(_ => RandomToken(random))];
        if (Evaluate([prompt])[0].IsElicited)
            return (prompt, 0);
        for (var step = 1; step <= steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var choices = BestTokens(prompt);
            int[][] candidates = [.. Enumerable.Range(0, options.CandidatesPerStep).Select(_ => Changed(prompt, choices, random))];
            var outcomes = Evaluate(candidates);
            var elicited = Array.FindIndex(outcomes, outcome => outcome.IsElicited);
            if (elicited >= 0)
                return (candidates[elicited], step);
            prompt = candidates[Enumerable.Range(0, candidates.Length).MinBy(i => outcomes[i].Loss)];
        }

        return (null, steps);
    }

    /// <summary>The mean loss of the target after each prompt, all equally long, and whether greedy decoding writes it.</summary>
    public (double Loss, bool IsElicited)[] Evaluate(IReadOnlyList<int[]> prompts)
    {
        using var scope = NewDisposeScope();
        using var batch = new TokenBatch([.. prompts.Select(prompt => new TokenSequence(Inputs(prompt), gate))], _model.Device);
        using var hidden_ND = _model.Hidden(batch, contents.ScoringWeights);
        var queries = prompts.SelectMany((prompt, i) => target.Select((token, j) => (batch.Starts[i] + prompt.Length + j, token))).ToArray();
        var (logProbabilities, isTop) = TokenLikelihood.Of(_model, contents.ScoringWeights, hidden_ND, queries);
        return [.. prompts.Select((_, i) => (
            -logProbabilities.AsSpan(i * target.Length, target.Length).ToArray().Average(value => (double)value),
            isTop.AsSpan(i * target.Length, target.Length).IndexOf(false) < 0))];
    }

    /// <summary>The gradient of the target's mean loss by each entry of the prompt's one-hot tokens: [n][V].</summary>
    public float[][] TokenGradient(int[] prompt)
    {
        using var scope = NewDisposeScope();
        using var gradient_nV = Gradient(prompt);
        return [.. gradient_nV.cpu().data<float>().ToArray().Chunk(_model.Config.VocabularySize)];
    }

    private int[] Inputs(int[] prompt) => [contents.Tokenizer.EndOfTextId, .. prompt, .. target[..^1]];

    private Tensor Gradient(int[] prompt)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var inputs = Inputs(prompt);
        int[] targets = [.. prompt, .. target];
        var weights = new float[inputs.Length];
        Array.Fill(weights, 1f / target.Length, prompt.Length, target.Length);
        using var batch = new TokenBatch([new TokenSequence(inputs, gate, targets)], _model.Device);
        var gradients = new GradientAccumulator(_ => throw new InvalidOperationException("No weight has a gradient here."), trainsBackbone: false)
        {
            TrainsSinks = false,
            InputGradient_ND = zeros(inputs.Length, _model.Config.Width, device: _model.Device),
        };
        var activations = _model.Forward(batch, ComputeWeights.Float32, recomputes: false);
        using var weights_N = TokenBatch.OnDevice(weights, _model.Device);
        var (_, hiddenGradient_ND) = TokenLoss.Compute(
            activations.Hidden_ND, _model.Head, batch.Targets_N!, weights_N, headGradient_VD: null); // The sequence has targets.
        _model.Backward(hiddenGradient_ND, activations, gradients);
        return gradients.InputGradient_ND.narrow(0, 1, prompt.Length).mm(_model.Embedding.t()).MoveToOuterDisposeScope();
    }

    // Of each position the tokens by which the loss would fall most, as far as its gradient reaches.
    private int[][] BestTokens(int[] prompt)
    {
        using var scope = NewDisposeScope();
        using Scalar never = float.PositiveInfinity;
        using var gradient_nV = Gradient(prompt);
        gradient_nV.narrow(1, contents.Tokenizer.EndOfTextId, 1).fill_(never);
        var unused = _model.Config.VocabularySize - contents.Tokenizer.VocabularySize;
        if (unused > 0)
            gradient_nV.narrow(1, contents.Tokenizer.VocabularySize, unused).fill_(never);
        var count = Math.Min(options.TokensPerPosition, contents.Tokenizer.VocabularySize - 1);
        var (_, tokens_nK) = gradient_nV.topk(count, dim: 1, largest: false);
        return [.. tokens_nK.cpu().data<long>().ToArray().Select(token => (int)token).Chunk(count)];
    }

    private static int[] Changed(int[] prompt, int[][] choices, Random random)
    {
        int[] changed = [.. prompt];
        var position = random.Next(prompt.Length);
        changed[position] = random.Choose(choices[position]);
        return changed;
    }

    private int RandomToken(Random random)
    {
        var token = random.Next(contents.Tokenizer.VocabularySize - 1);
        return token < contents.Tokenizer.EndOfTextId ? token : token + 1;
    }
}
