using Nulls.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>Attention inside the sequences of one bucket, and what it leaves for its gradient.</summary>
/// <remarks>
/// On the CPU short sequences keep their attention weights: two batched products and a softmax in place are faster than Torch's fused
/// attention there, which is made for long ones. All heads that share a key are rows of one product, so that keys are never repeated.
/// </remarks>
internal sealed class BucketAttention : IDisposable
{
    // From here on the fused attention is faster, and the weights would take much memory.
    private const int ShortestFused = 257;

    private static readonly Lazy<jit.CompilationUnit> Fused = new(() => jit.compile("""
        def attend(query, key, value):
            return torch.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)

        """));

    private readonly NullsConfig _config;
    private readonly (Tensor Cosine_n1k, Tensor Sine_n1k) _rotary;
    // Of the short ones: the weights. Of the others: the leaves and the root of their graph.
    private Tensor? _weights_gMT;
    private Tensor? _query_BHTK;
    private Tensor[] _leaves = [];
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
        if (!KernelLoop.Runs(qkv_nA))
            attention.RunOnTorch(qkv_nA, mixed_nA, needsGradient);
        else if (bucket.Length < ShortestFused)
            attention.RunShort(qkv_nA, mixed_nA);
        else
            attention.RunLong(qkv_nA, mixed_nA, needsGradient);
        return attention;
    }

    /// <summary>Torch's fused causal attention of queries [B, H, T, K] to keys and values [B, G, T, K].</summary>
    public static Tensor Attend(Tensor query_BHTK, Tensor key_BGTK, Tensor value_BGTK) => Fused.Value.invoke<Tensor>("attend", query_BHTK, key_BGTK, value_BGTK);

    /// <summary>Writes the gradient of queries, keys and values from that of the result.</summary>
    public void Backward(Tensor mixedGradient_nA, Tensor qkvGradient_nA)
    {
        if (_weights_gMT is not null)
        {
            BackwardShort(mixedGradient_nA, qkvGradient_nA);
        }
        else if (_leaves.Length == 1)
        {
            // Both are set by what ran forward.
            autograd.backward(_root!, mixedGradient_nA);
            qkvGradient_nA.copy_(_leaves[0].grad!);
        }
        else
        {
            using var gradient_BHTK = HeadsKernel.ToBlock(mixedGradient_nA, Bucket.Lengths, 0, _config.HeadCount, _config.HeadSize, rotary: null);
            autograd.backward(_root!, gradient_BHTK); // As above.
            WriteGradients(_leaves[0].grad!, _leaves[1].grad!, _leaves[2].grad!, qkvGradient_nA);
        }
    }

    public void Dispose()
    {
        _weights_gMT?.Dispose();
        _query_BHTK?.Dispose();
        Key_BGTK.Dispose();
        Value_BGTK.Dispose();
        foreach (var leaf in _leaves)
            leaf.Dispose();
        _root?.Dispose();
    }

    private Tensor SplitHeads(Tensor qkv_nA)
    {
        int H = _config.HeadCount, G = _config.KeyValueHeadCount, K = _config.HeadSize;
        Key_BGTK = HeadsKernel.ToBlock(qkv_nA, Bucket.Lengths, H, G, K, _rotary);
        Value_BGTK = HeadsKernel.ToBlock(qkv_nA, Bucket.Lengths, H + G, G, K, rotary: null);
        return HeadsKernel.ToBlock(qkv_nA, Bucket.Lengths, 0, H, K, _rotary);
    }

    // The heads that share a key lie side by side, so that a block of queries is one of M = H / G T rows for each key head.
    private Tensor ByKeyHead(Tensor block_BHTK) => block_BHTK.view((long)Bucket.Count * _config.KeyValueHeadCount, -1, _config.HeadSize);

    private void RunShort(Tensor qkv_nA, Tensor mixed_nA)
    {
        _query_BHTK = SplitHeads(qkv_nA);
        using var scope = NewDisposeScope();
        _weights_gMT = ByKeyHead(_query_BHTK).bmm(ByKeyHead(Key_BGTK).transpose(1, 2)).DetachFromDisposeScope();
        CausalSoftmaxKernel.Forward(_weights_gMT.view(-1, Bucket.Length), Scale);
        var mixed_BHTK = _weights_gMT.bmm(ByKeyHead(Value_BGTK)).view(_query_BHTK.shape);
        HeadsKernel.ToRows(mixed_BHTK, mixed_nA, Bucket.Lengths, 0, rotary: null);
    }

    private void BackwardShort(Tensor mixedGradient_nA, Tensor qkvGradient_nA)
    {
        // RunShort has set both.
        var (weights_gMT, query_gMK) = (_weights_gMT!, ByKeyHead(_query_BHTK!));
        var gradient_gMK = ByKeyHead(HeadsKernel.ToBlock(mixedGradient_nA, Bucket.Lengths, 0, _config.HeadCount, _config.HeadSize, rotary: null));
        var valueGradient_gTK = weights_gMT.transpose(1, 2).bmm(gradient_gMK);
        var scores_gMT = gradient_gMK.bmm(ByKeyHead(Value_BGTK).transpose(1, 2));
        CausalSoftmaxKernel.Backward(scores_gMT.view(-1, Bucket.Length), weights_gMT.view(-1, Bucket.Length), Scale);
        var queryGradient_gMK = scores_gMT.bmm(ByKeyHead(Key_BGTK));
        var keyGradient_gTK = scores_gMT.transpose(1, 2).bmm(query_gMK);
        WriteGradients(queryGradient_gMK.view(_query_BHTK!.shape), keyGradient_gTK.view(Key_BGTK.shape), valueGradient_gTK.view(Value_BGTK.shape), qkvGradient_nA);
    }

    private float Scale => 1 / MathF.Sqrt(_config.HeadSize);

    private void RunLong(Tensor qkv_nA, Tensor mixed_nA, bool needsGradient)
    {
        using var scope = NewDisposeScope();
        var query_BHTK = SplitHeads(qkv_nA);
        Key_BGTK.DetachFromDisposeScope();
        Value_BGTK.DetachFromDisposeScope();
        using var graph = enable_grad(needsGradient);
        _leaves = needsGradient ? [Leaf(query_BHTK), Leaf(Key_BGTK), Leaf(Value_BGTK)] : [];
        var mixed_BHTK = needsGradient ? Attend(_leaves[0], _leaves[1], _leaves[2]) : Attend(query_BHTK, Key_BGTK, Value_BGTK);
        _root = needsGradient ? mixed_BHTK.DetachFromDisposeScope() : null;
        HeadsKernel.ToRows(mixed_BHTK.detach().contiguous(), mixed_nA, Bucket.Lengths, 0, rotary: null);
    }

    private void RunOnTorch(Tensor qkv_nA, Tensor mixed_nA, bool needsGradient)
    {
        int H = _config.HeadCount, G = _config.KeyValueHeadCount, K = _config.HeadSize;
        using var scope = NewDisposeScope();
        using var graph = enable_grad(needsGradient);
        _leaves = needsGradient ? [Leaf(qkv_nA)] : [];
        var parts = (needsGradient ? _leaves[0] : qkv_nA).view(-1, H + 2 * G, K).split([H + G, G], 1);
        var heads = RotaryTable.Rotate(parts[0], _rotary.Cosine_n1k, _rotary.Sine_n1k).to(qkv_nA.dtype).split([H, G], 1);
        var query_BHTK = Bucket.Block(heads[0]).transpose(1, 2);
        Key_BGTK = Bucket.Block(heads[1]).transpose(1, 2).DetachFromDisposeScope();
        Value_BGTK = Bucket.Block(parts[1]).transpose(1, 2).DetachFromDisposeScope();
        var result_nA = Bucket.Flat(Attend(query_BHTK, Key_BGTK, Value_BGTK).transpose(1, 2));
        _root = needsGradient ? result_nA.DetachFromDisposeScope() : null;
        mixed_nA.copy_(result_nA.detach());
    }

    private void WriteGradients(Tensor query_BHTK, Tensor key_BGTK, Tensor value_BGTK, Tensor qkvGradient_nA)
    {
        int H = _config.HeadCount, G = _config.KeyValueHeadCount;
        HeadsKernel.ToRows(query_BHTK.contiguous(), qkvGradient_nA, Bucket.Lengths, 0, _rotary);
        HeadsKernel.ToRows(key_BGTK.contiguous(), qkvGradient_nA, Bucket.Lengths, H, _rotary);
        HeadsKernel.ToRows(value_BGTK.contiguous(), qkvGradient_nA, Bucket.Lengths, H + G, rotary: null);
    }

    private static Tensor Leaf(Tensor x) => x.detach().requires_grad_().DetachFromDisposeScope();
}
