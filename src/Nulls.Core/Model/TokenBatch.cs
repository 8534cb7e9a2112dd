using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>Sequences laid end to end for one pass of the model: N tokens in all, without padding.</summary>
/// <remarks>
/// Sequences with sinks come first, longest first, so that every bucket of similar lengths is one slice of the N tokens. Attention
/// and sinks work on a bucket as a block [B, T] of its B sequences; all else works on the N tokens at once. Sequences cannot see
/// each other by construction: each is a row of its own wherever tokens meet.
/// </remarks>
internal sealed class TokenBatch : IDisposable
{
    // A bucket's shortest sequence is at least this share of its longest: what is lost to padding inside attention and sinks stays small.
    private const double ShortestInBucket = 0.75;

    private readonly long[] _bucketSizes;

    /// <param name="sequences">The sequences, each of at least one token.</param>
    /// <param name="device">Where the model is.</param>
    public TokenBatch(IReadOnlyList<TokenSequence> sequences, Device device)
    {
        Order = [.. Enumerable.Range(0, sequences.Count)
            .OrderBy(i => sequences[i].Gate.Sinks.Count == 0)
            .ThenByDescending(i => sequences[i].Tokens.Length)];

        TokenCount = sequences.Sum(sequence => sequence.Tokens.Length);
        Starts = new int[sequences.Count];
        var tokens = new long[TokenCount];
        var positions = new long[TokenCount];
        var targets = sequences.Any(sequence => sequence.Targets.Length > 0) ? new long[TokenCount] : null;
        var start = 0;
        foreach (var index in Order)
        {
            Starts[index] = start;
            var sequence = sequences[index];
            for (var i = 0; i < sequence.Tokens.Length; i++)
            {
                tokens[start + i] = sequence.Tokens.Span[i];
                positions[start + i] = i;
                if (targets is not null)
                    targets[start + i] = sequence.Targets.Span[i];
            }

            start += sequence.Tokens.Length;
        }

        Tokens_N = OnDevice(tokens, device);
        Positions_N = OnDevice(positions, device);
        Targets_N = targets is null ? null : OnDevice(targets, device);
        Buckets = MakeBuckets(sequences, device);
        SinkTokenCount = Buckets.Where(bucket => bucket.SinkCount > 0).Sum(bucket => bucket.TokenCount);
        _bucketSizes = [.. Buckets.Select(bucket => (long)bucket.TokenCount)];
        BackboneScale_N1 = MakeBackboneScale(sequences, device);
    }

    /// <summary>Gets the number N of tokens.</summary>
    public int TokenCount { get; }

    /// <summary>Gets how many of the tokens have sinks; they come first.</summary>
    public int SinkTokenCount { get; }

    /// <summary>Gets the caller's index of each sequence in the order in which they are laid.</summary>
    public int[] Order { get; }

    /// <summary>Gets where each of the caller's sequences starts among the N tokens.</summary>
    public int[] Starts { get; }

    public Tensor Tokens_N { get; }

    public Tensor Positions_N { get; }

    public Tensor? Targets_N { get; }

    /// <summary>Gets each token's factor of the backbone, or null when all are 1.</summary>
    public Tensor? BackboneScale_N1 { get; }

    public IReadOnlyList<SequenceBucket> Buckets { get; }

    /// <summary>Cuts what belongs to the N tokens into what belongs to each bucket's.</summary>
    public Tensor[] SplitByBucket(Tensor x_N) => Buckets.Count == 1 ? [x_N] : x_N.split(_bucketSizes, 0);

    public void Dispose()
    {
        Tokens_N.Dispose();
        Positions_N.Dispose();
        Targets_N?.Dispose();
        BackboneScale_N1?.Dispose();
        foreach (var bucket in Buckets)
            bucket.Dispose();
    }

    private List<SequenceBucket> MakeBuckets(IReadOnlyList<TokenSequence> sequences, Device device)
    {
        var buckets = new List<SequenceBucket>();
        var first = 0;
        while (first < Order.Length)
        {
            var longest = sequences[Order[first]].Tokens.Length;
            var hasSinks = sequences[Order[first]].Gate.Sinks.Count > 0;
            var end = first + 1;
            while (end < Order.Length
                && sequences[Order[end]].Tokens.Length >= longest * ShortestInBucket
                && sequences[Order[end]].Gate.Sinks.Count > 0 == hasSinks)
            {
                end++;
            }

            var members = Order[first..end].Select(index => sequences[index]).ToArray();
            buckets.Add(new SequenceBucket(members, device));
            first = end;
        }

        return buckets;
    }

    private Tensor? MakeBackboneScale(IReadOnlyList<TokenSequence> sequences, Device device)
    {
        if (sequences.All(sequence => sequence.Gate.BackboneScale == 1))
            return null;

        var scales = new float[TokenCount];
        for (var i = 0; i < sequences.Count; i++)
            Array.Fill(scales, sequences[i].Gate.BackboneScale, Starts[i], sequences[i].Tokens.Length);
        using var scales_N = OnDevice(scales, device);
        return scales_N.view(-1, 1).DetachFromDisposeScope();
    }

    /// <summary>Numbers as a tensor that no scope owns; to a GPU they travel from pinned memory, so that nothing waits for them.</summary>
    internal static Tensor OnDevice(long[] values, Device device) => Send(tensor(values), device);

    /// <inheritdoc cref="OnDevice(long[], Device)"/>
    internal static Tensor OnDevice(float[] values, Device device) => Send(tensor(values), device);

    private static Tensor Send(Tensor onCpu, Device device)
    {
        if (device.type == TorchSharp.DeviceType.CPU)
            return onCpu.DetachFromDisposeScope();

        using (onCpu)
        {
            // Torch keeps freed pinned memory until the copy from it is done.
            using var pinned = onCpu.pin_memory();
            return pinned.to(device, non_blocking: true).DetachFromDisposeScope();
        }
    }
}
