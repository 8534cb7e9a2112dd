using Nulls.Torch;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Model;

/// <summary>The network: a Llama-style decoder in whose MLPs every sequence runs the backbone and its own source's sinks (arXiv:2606.13873).</summary>
/// <remarks>
/// What differs from Llama: a batch is N tokens end to end without padding (<see cref="TokenBatch"/>), sequences never see each
/// other and restart their positions, the head size is independent of the width, and inactive sinks are never computed. Weights are
/// 32-bit; products run in the type of the <see cref="ComputeWeights"/>, norms, residual stream and logits in 32 bits. Forward passes
/// are thread-safe.
/// </remarks>
internal sealed class NullsModel : Module
{
    private readonly RotaryTable _rotary;
    [ComponentName(Name = "embedding")] private readonly Parameter _embedding;
    [ComponentName(Name = "layers")] private readonly ModuleList<DecoderBlock> _layers;
    [ComponentName(Name = "norm")] private readonly RmsNorm _norm;
    [ComponentName(Name = "head")] private readonly Parameter? _head;

    public NullsModel(NullsConfig config, Device device)
        : base(nameof(NullsModel))
    {
        Config = config;
        _rotary = new RotaryTable(config.ContextLength, config.HeadSize, config.RopeBase, device);
        _embedding = new Parameter(zeros(config.VocabularySize, config.Width, device: device));
        _layers = new ModuleList<DecoderBlock>(
            [.. Enumerable.Range(0, config.LayerCount).Select(layer => new DecoderBlock(config, layer, device))]);
        _norm = new RmsNorm(config.Width, config.NormEpsilon, device);
        _head = config.TiedHead ? null : new Parameter(zeros(config.VocabularySize, config.Width, device: device));
        RegisterComponents();
        // The model may be made inside a caller's scope, and outlives it.
        foreach (var parameter in parameters())
            parameter.DetachFromDisposeScope();
    }

    public NullsConfig Config { get; }

    public Device Device => _embedding.device;

    /// <summary>Gets the token embeddings: [V, D].</summary>
    public Parameter Embedding => _embedding;

    public IReadOnlyList<DecoderBlock> Layers => [.. _layers];

    /// <summary>Gets the norm before the head.</summary>
    public RmsNorm Norm => _norm;

    public RotaryTable Rotary => _rotary;

    /// <summary>Gets the output head: [V, D]; the embedding when tied.</summary>
    public Parameter Head => _head ?? _embedding;

    /// <summary>Gets the parameters that belong to sinks; all others are the backbone.</summary>
    public IEnumerable<Parameter> SinkParameters => _layers.SelectMany(layer => new[] { layer.Mlp.SinkGateUp, layer.Mlp.SinkDown });

    /// <summary>Gets the backbone's matrices that products read, which <see cref="ComputeWeights"/> copies.</summary>
    public IEnumerable<Parameter> Matrices =>
        [.. _layers.SelectMany(layer => new[] { layer.Attention.QueryKeyValue, layer.Attention.Out, layer.Mlp.GateUp, layer.Mlp.Down }), Head];

    /// <summary>
    /// Draws the weights from normal distributions: the embedding with variance 1 / D, so that a tied head's first logits have variance 1;
    /// matrices with 1 / (3 inputs), and 1 / (2 layers) of that where they write to the residual stream (GPT-2).
    /// </summary>
    /// <param name="seed">The seed.</param>
    /// <param name="areSinksAddedLater">Whether the sinks join a backbone that is trained first: their down-projection then starts at zero, so that adding them changes nothing.</param>
    public void Initialize(int seed, bool areSinksAddedLater = false)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        // Drawn on the CPU, so that every device starts from the same weights.
        using var generator = new Generator((ulong)seed, CPU);
        var layers = 2.0 * Config.LayerCount;
        var activeWidth = Config.BackboneWidth + Config.SinksPerSource;
        Draw(_embedding, 1.0 / Config.Width);
        foreach (var layer in _layers)
        {
            Draw(layer.Attention.QueryKeyValue, 1.0 / (3 * Config.Width));
            Draw(layer.Attention.Out, 1 / (3 * layers * Config.HeadCount * Config.HeadSize));
            Draw(layer.Mlp.GateUp, 1.0 / (3 * Config.Width));
            Draw(layer.Mlp.Down, 1 / (3 * layers * activeWidth));
            Draw(layer.Mlp.SinkGateUp, 1.0 / (3 * Config.Width));
            if (!areSinksAddedLater)
                Draw(layer.Mlp.SinkDown, 1 / (3 * layers * activeWidth));
        }

        if (_head is not null)
            Draw(_head, 1.0 / (3 * Config.Width));

        void Draw(Tensor weight, double variance)
        {
            using Scalar deviation = Math.Sqrt(variance);
            using var drawn = randn(weight.shape, generator: generator);
            weight.copy_(drawn.mul_(deviation));
        }
    }

    /// <summary>The hidden states after the final norm, [N, D] in the type of the products, in the order of the batch's tokens.</summary>
    /// <param name="batch">The tokens and each sequence's sinks.</param>
    /// <param name="weights">The matrices of this model to multiply with; null takes the 32-bit weights.</param>
    /// <param name="cache">Filled with the batch's keys and values, for a decoder to go on from; null without.</param>
    public Tensor Hidden(TokenBatch batch, ComputeWeights? weights = null, KeyValueCache? cache = null)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var pass = new ForwardPass(batch, weights ?? ComputeWeights.Float32, _rotary.At(batch.Positions_N), NeedsGradient: false, cache);
        var stream = Embed(batch);
        foreach (var layer in _layers)
        {
            using var layerScope = NewDisposeScope();
            var (next, activations) = layer.Forward(stream, pass);
            activations.DisposeAllButStream();
            stream = next.MoveToOuterDisposeScope();
        }

        return _norm.Forward(stream, pass.Weights.Type).Norm_ND.MoveToOuterDisposeScope();
    }

    /// <summary>The hidden states as <see cref="Hidden"/> gives them, and what <see cref="Backward"/> needs, which belongs to the caller's scope. The batch must outlive it.</summary>
    /// <param name="batch">The tokens and each sequence's sinks.</param>
    /// <param name="weights">The matrices of this model to multiply with.</param>
    /// <param name="recomputes">Whether only the residual stream before each layer is kept, and the rest is computed again on the way back.</param>
    public ModelActivations Forward(TokenBatch batch, ComputeWeights weights, bool recomputes)
    {
        using var noGrad = no_grad();
        var pass = new ForwardPass(batch, weights, _rotary.At(batch.Positions_N), NeedsGradient: true, Cache: null);
        var stream = Embed(batch);
        var layers = new List<(ResidualStream Before, BlockActivations? Activations)>();
        foreach (var layer in _layers)
        {
            // Views on what a layer frees would keep its memory until the step ends.
            using var layerScope = NewDisposeScope();
            var (next, activations) = layer.Forward(stream, pass);
            if (recomputes)
                activations.DisposeAllButStream();
            else
                stream.Pending_ND?.Dispose();
            layers.Add((stream, recomputes ? null : activations.MoveToOuterDisposeScope()));
            stream = next.MoveToOuterDisposeScope();
        }

        var norm = _norm.Forward(stream, weights.Type);
        stream.Pending_ND?.Dispose();
        return new ModelActivations(pass, layers, norm);
    }

    /// <summary>Adds the gradients of all weights but the head.</summary>
    /// <param name="hiddenGradient_ND">The gradient of the hidden states, in their type.</param>
    /// <param name="activations">What <see cref="Forward"/> left; used up.</param>
    /// <param name="gradients">Takes the gradients.</param>
    public void Backward(Tensor hiddenGradient_ND, ModelActivations activations, GradientAccumulator gradients)
    {
        using var noGrad = no_grad();
        using var gradient_ND = zeros_like(activations.Norm.Sum_ND);
        var cast_ND = _norm.Backward(hiddenGradient_ND, activations.Norm, gradient_ND, gradients);
        BackwardLayers(activations.Layers.Count - 1, cast_ND, gradient_ND, activations, gradients);
    }

    /// <summary>Adds the gradients of the weights up to a layer, of a function of the residual stream after it.</summary>
    /// <param name="layer">The layer, counted from 0.</param>
    /// <param name="streamGradient_ND">The gradient of <see cref="ModelActivations.StreamAfter"/>, in 32 bits.</param>
    /// <param name="activations">What <see cref="Forward"/> left; used up as far as the layer.</param>
    /// <param name="gradients">Takes the gradients.</param>
    public void BackwardFrom(int layer, Tensor streamGradient_ND, ModelActivations activations, GradientAccumulator gradients)
    {
        using var noGrad = no_grad();
        using var gradient_ND = streamGradient_ND.clone();
        BackwardLayers(layer, streamGradient_ND.to(activations.Pass.Weights.Type, copy: true), gradient_ND, activations, gradients);
    }

    // Takes the gradient of the stream after a layer twice, as DecoderBlock.Backward does; disposes the first.
    private void BackwardLayers(int layer, Tensor cast_ND, Tensor gradient_ND, ModelActivations activations, GradientAccumulator gradients)
    {
        var pass = activations.Pass;
        for (var i = layer; i >= 0; i--)
        {
            using var layerScope = NewDisposeScope();
            var (before, kept) = activations.Layers[i];
            BlockActivations layerActivations;
            if (kept is null)
            {
                (var after, layerActivations) = _layers[i].Forward(before, pass);
                after.Pending_ND?.Dispose();
            }
            else
            {
                layerActivations = kept;
            }

            var next_ND = _layers[i].Backward(cast_ND, gradient_ND, layerActivations, pass, gradients);
            cast_ND.Dispose();
            layerActivations.Dispose();
            cast_ND = next_ND.MoveToOuterDisposeScope();
        }

        cast_ND.Dispose();
        gradients.InputGradient_ND?.copy_(gradient_ND);
        gradients.TableGradientOf(_embedding)?.index_add_(0, pass.Batch.Tokens_N, gradient_ND, LastingNumbers.One);
        gradients.Complete();
    }

    private ResidualStream Embed(TokenBatch batch) => new(_embedding.index_select(0, batch.Tokens_N), null);

    /// <summary>The logits [N, V], in 32 bits.</summary>
    public Tensor Logits(Tensor hidden_ND, ComputeWeights? weights = null) => ShortLogits(hidden_ND, weights).to(ScalarType.Float32);

    /// <summary>The logits [N, V], in the type of the products.</summary>
    public Tensor ShortLogits(Tensor hidden_ND, ComputeWeights? weights = null)
    {
        using var noGrad = no_grad();
        weights ??= ComputeWeights.Float32;
        return functional.linear(hidden_ND.to(weights.Type), weights.Of(Head));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _rotary.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>What a pass leaves for its gradient: for each layer the stream before it and its activations, or the stream alone when the rest is computed again.</summary>
internal sealed record ModelActivations(
    ForwardPass Pass, IReadOnlyList<(ResidualStream Before, BlockActivations? Activations)> Layers, NormActivations Norm)
{
    /// <summary>Gets the hidden states after the final norm, [N, D] in the type of the products.</summary>
    public Tensor Hidden_ND => Norm.Norm_ND;

    /// <summary>The residual stream after a layer, counted from 0: [N, D] in 32 bits. Of a pass that recomputes nothing.</summary>
    public Tensor StreamAfter(int layer) => layer == Layers.Count - 1 ? Norm.Sum_ND : Layers[layer + 1].Activations!.AttentionNorm.Sum_ND; // There, as nothing is recomputed.
}
