using Nulls.Kernels;
using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>Attention inside the sequences of one bucket, and what it leaves for its gradient.</summary>
/// <remarks>
/// On the CPU, blocks of queries are multiplied with the keys up to the block's end, and a kernel turns the scores into weights in place:
/// Torch's fused attention multiplies in 32 bits there. All heads that share a key are rows of one product, so that keys are never
/// repeated. Sequences of one block keep their weights for the gradient; longer ones compute them again, so that memory grows with the
/// length and not its square.
/// </remarks>
internal sealed class BucketAttention
{
    private const int QueriesPerBlock = 256;

    private static readonly Lazy<jit.CompilationUnit> Fused = new(() => jit.compile("""
        def attend(query, key, value):
            return torch.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)

        """));

    private readonly NullsConfig _config;
    private readonly (Tensor Cosine_n1k, Tensor Sine_n1k) _rotary;
    private Tensor? _weights_gMC;
    private Tensor? _query_BHTK;
    // Where Torch's attention runs: its graph.
    private Tensor? _leaf;
    private Tensor? _root;

    private BucketAttention(NullsConfig config, SequenceBucket bucket, (Tensor Cosine_n1k, Tensor Sine_n1k) rotary)
    {
        _config = config;
        _rotary = rotary;
        Bucket = bucket;
    }

    public SequenceBucket Bucket { get; }

    public Tensor Key_BGTK { get; private set; } = null!; // Set by all that Run does.

    public Tensor Value_BGTK { get; private set; } = null!; // As above.

    /// <summary>Gets what is kept for the gradient, and belongs to the scope that <see cref="Run"/> was called in.</summary>
    public IEnumerable<Tensor> Tensors =>
        new[] { _rotary.Cosine_n1k, _rotary.Sine_n1k, _query_BHTK, Key_BGTK, Value_BGTK, _weights_gMC, _leaf, _root }.OfType<Tensor>();

    /// <summary>Mixes the values that each token of the bucket sees.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="bucket">The sequences.</param>
    /// <param name="qkv_nA">Queries, keys and values of their tokens, in rows.</param>
    /// <param name="rotary">The cosines and sines of their tokens.</param>
    /// <param name="mixed_nA">Takes the result, [n, H K].</param>
    /// <param name="needsGradient">Whether <see cref="Backward"/> follows.</param>
    public static BucketAttention Run(
        NullsConfig config, SequenceBucket bucket, Tensor qkv_nA, (Tensor Cosine_n1k, Tensor Sine_n1k) rotary, Tensor mixed_nA, bool needsGradient)
    {
        var attention = new BucketAttention(config, bucket, rotary);
        if (KernelLoop.Runs(qkv_nA))
            attention.RunOnKernels(qkv_nA, mixed_nA);
        else
            attention.RunOnTorch(qkv_nA, mixed_nA, needsGradient);
        return attention;
    }

    /// <summary>Torch's fused causal attention of queries [B, H, T, K] to keys and values [B, G, T, K].</summary>
    public static Tensor Attend(Tensor query_BHTK, Tensor key_BGTK, Tensor value_BGTK) => Fused.Value.invoke<Tensor>("attend", query_BHTK, key_BGTK, value_BGTK);

    /// <summary>Writes the gradient of queries, keys and values from that of the result.</summary>
    public void Backward(Tensor mixedGradient_nA, Tensor qkvGradient_nA)
    {
        if (_leaf is null)
        {
            BackwardOnKernels(mixedGradient_nA, qkvGradient_nA);
            return;
        }

        autograd.backward(_root!, mixedGradient_nA); // Set beside the leaf.
        qkvGradient_nA.copy_(_leaf.grad!);
    }

    private Tensor SplitHeads(Tensor qkv_nA)
    {
        int H = _config.HeadCount, G = _config.KeyValueHeadCount, K = _config.HeadSize;
        Key_BGTK = HeadsKernel.ToBlock(qkv_nA, Bucket.Lengths, H, G, K, _rotary);
        Value_BGTK = HeadsKernel.ToBlock(qkv_nA, Bucket.Lengths, H + G, G, K, rotary: null);
        return HeadsKernel.ToBlock(qkv_nA, Bucket.Lengths, 0, H, K, _rotary);
    }

    // The heads that share a key lie side by side: what belongs to g = B G keys' heads is M = H / G times as many rows of queries.
    private Tensor ByKeyHead(Tensor block_BHTK) => block_BHTK.view((long)Bucket.Count * _config.KeyValueHeadCount, -1, _config.HeadSize);

    private void RunOnKernels(Tensor qkv_nA, Tensor mixed_nA)
    {
        _query_BHTK = SplitHeads(qkv_nA);
        if (Bucket.Length <= QueriesPerBlock)
        {
            using var whole = NewDisposeScope();
            _weights_gMC = Weights(0, Bucket.Length).MoveToOuterDisposeScope();
            HeadsKernel.ToRows(_weights_gMC.bmm(ByKeyHead(Value_BGTK)).view(BlockShape(Bucket.Length)), mixed_nA, Bucket.Lengths, 0, rotary: null);
            return;
        }

        using var mixed_BHTK = empty_like(_query_BHTK);
        foreach (var (start, length) in Blocks())
        {
            using var scope = NewDisposeScope();
            var weights_gMC = Weights(start, length);
            Block(mixed_BHTK, start, length).copy_(weights_gMC.bmm(ByKeyHead(Value_BGTK).narrow(1, 0, start + length)).view(BlockShape(length)));
        }

        HeadsKernel.ToRows(mixed_BHTK, mixed_nA, Bucket.Lengths, 0, rotary: null);
    }

    private void BackwardOnKernels(Tensor mixedGradient_nA, Tensor qkvGradient_nA)
    {
        var query_BHTK = _query_BHTK!; // Set by RunOnKernels.
        var (key_gTK, value_gTK) = (ByKeyHead(Key_BGTK), ByKeyHead(Value_BGTK));
        var gradient_BHTK = HeadsKernel.ToBlock(mixedGradient_nA, Bucket.Lengths, 0, _config.HeadCount, _config.HeadSize, rotary: null);
        if (_weights_gMC is { } weights_gTT)
        {
            // One block is the whole: nothing is left to sum.
            var (gradient_gMK, query_gMK) = (ByKeyHead(gradient_BHTK), ByKeyHead(query_BHTK));
            var scores_gTT = gradient_gMK.bmm(value_gTK.transpose(1, 2));
            CausalSoftmaxKernel.Backward(scores_gTT.view(-1, Bucket.Length), weights_gTT.view(-1, Bucket.Length), 0, Bucket.Length, Scale);
            ToRows(
                scores_gTT.bmm(key_gTK).view(query_BHTK.shape), scores_gTT.transpose(1, 2).bmm(query_gMK),
                weights_gTT.transpose(1, 2).bmm(gradient_gMK), qkvGradient_nA);
            return;
        }

        var queryGradient_BHTK = empty_like(query_BHTK);
        // Summed over the blocks in 32 bits.
        var keyGradient_gTK = zeros(key_gTK.shape);
        var valueGradient_gTK = zeros(key_gTK.shape);
        foreach (var (start, length) in Blocks())
        {
            using var scope = NewDisposeScope();
            var end = start + length;
            var weights_gMC = Weights(start, length);
            var gradient_gMK = Block(gradient_BHTK, start, length).reshape(key_gTK.shape[0], -1, _config.HeadSize);
            valueGradient_gTK.narrow(1, 0, end).add_(weights_gMC.transpose(1, 2).bmm(gradient_gMK), LastingNumbers.One);
            var scores_gMC = gradient_gMK.bmm(value_gTK.narrow(1, 0, end).transpose(1, 2));
            CausalSoftmaxKernel.Backward(scores_gMC.view(-1, end), weights_gMC.view(-1, end), start, length, Scale);
            Block(queryGradient_BHTK, start, length).copy_(scores_gMC.bmm(key_gTK.narrow(1, 0, end)).view(BlockShape(length)));
            var query_gMK = Block(query_BHTK, start, length).reshape(key_gTK.shape[0], -1, _config.HeadSize);
            keyGradient_gTK.narrow(1, 0, end).add_(scores_gMC.transpose(1, 2).bmm(query_gMK), LastingNumbers.One);
        }

        ToRows(queryGradient_BHTK, keyGradient_gTK.to(qkvGradient_nA.dtype), valueGradient_gTK.to(qkvGradient_nA.dtype), qkvGradient_nA);
    }

    private void ToRows(Tensor query_BHTK, Tensor key_gTK, Tensor value_gTK, Tensor qkv_nA)
    {
        int H = _config.HeadCount, G = _config.KeyValueHeadCount;
        HeadsKernel.ToRows(query_BHTK, qkv_nA, Bucket.Lengths, 0, _rotary);
        HeadsKernel.ToRows(key_gTK.view(Key_BGTK.shape), qkv_nA, Bucket.Lengths, H, _rotary);
        HeadsKernel.ToRows(value_gTK.view(Value_BGTK.shape), qkv_nA, Bucket.Lengths, H + G, rotary: null);
    }

    // How much each query of a block weighs each key up to the block's end.
    private Tensor Weights(int start, int length)
    {
        var key_gTK = ByKeyHead(Key_BGTK);
        var query_gMK = Block(_query_BHTK!, start, length).reshape(key_gTK.shape[0], -1, _config.HeadSize); // As above.
        var weights_gMC = query_gMK.bmm(key_gTK.narrow(1, 0, start + length).transpose(1, 2));
        CausalSoftmaxKernel.Forward(weights_gMC.view(-1, start + length), start, length, Scale);
        return weights_gMC;
    }

    private IEnumerable<(int Start, int Length)> Blocks()
    {
        for (var start = 0; start < Bucket.Length; start += QueriesPerBlock)
            yield return (start, Math.Min(QueriesPerBlock, Bucket.Length - start));
    }

    private static Tensor Block(Tensor x_BHTK, int start, int length) => x_BHTK.narrow(2, start, length);

    private long[] BlockShape(int length) => [Bucket.Count, _config.HeadCount, length, _config.HeadSize];

    private float Scale => 1 / MathF.Sqrt(_config.HeadSize);

    private void RunOnTorch(Tensor qkv_nA, Tensor mixed_nA, bool needsGradient)
    {
        int H = _config.HeadCount, G = _config.KeyValueHeadCount, K = _config.HeadSize;
        using var scope = NewDisposeScope();
        using var graph = enable_grad(needsGradient);
        _leaf = needsGradient ? qkv_nA.detach().requires_grad_().MoveToOuterDisposeScope() : null;
        var parts = (_leaf ?? qkv_nA).view(-1, H + 2 * G, K).split([H + G, G], 1);
        var heads = RotaryTable.Rotate(parts[0], _rotary.Cosine_n1k, _rotary.Sine_n1k).to(qkv_nA.dtype).split([H, G], 1);
        var query_BHTK = Bucket.Block(heads[0]).transpose(1, 2);
        Key_BGTK = Bucket.Block(heads[1]).transpose(1, 2).MoveToOuterDisposeScope();
        Value_BGTK = Bucket.Block(parts[1]).transpose(1, 2).MoveToOuterDisposeScope();
        var result_nA = Bucket.Flat(Attend(query_BHTK, Key_BGTK, Value_BGTK).transpose(1, 2));
        _root = needsGradient ? result_nA.MoveToOuterDisposeScope() : null;
        mixed_nA.copy_(result_nA.detach());
    }
}
