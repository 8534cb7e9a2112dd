using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>B sequences of similar length T that lie side by side in a <see cref="TokenBatch"/>, and the sinks of each.</summary>
internal sealed class SequenceBucket : IDisposable
{
    private readonly Tensor? _padding_BT;
    private readonly Tensor? _tokens_n;
    private Tensor? _gateUpRows_B2S;

    public SequenceBucket(IReadOnlyList<TokenSequence> sequences, Device device)
    {
        Count = sequences.Count;
        Lengths = [.. sequences.Select(sequence => sequence.Tokens.Length)];
        Length = sequences.Max(sequence => sequence.Tokens.Length);
        TokenCount = sequences.Sum(sequence => sequence.Tokens.Length);
        if (TokenCount != Count * Length)
            (_padding_BT, _tokens_n) = MakePadding(sequences, device);

        SinkCount = sequences.Max(sequence => sequence.Gate.Sinks.Count);
        if (SinkCount > 0)
            (SinkRows_BS, SinkScale_B1S) = MakeSinks(sequences, device);
    }

    /// <summary>Gets the number of the bucket's tokens, without padding.</summary>
    public int TokenCount { get; }

    /// <summary>Gets the number B of sequences.</summary>
    public int Count { get; }

    /// <summary>Gets the length of each.</summary>
    public int[] Lengths { get; }

    /// <summary>Gets the length T of the longest.</summary>
    public int Length { get; }

    /// <summary>Gets the most sinks S of a sequence; 0 when none has any.</summary>
    public int SinkCount { get; }

    /// <summary>Gets the pool's rows of each sequence's sinks, one after another: B x S numbers.</summary>
    public Tensor? SinkRows_BS { get; }

    /// <summary>Gets the sinks' factors, 0 where a sequence has fewer than S, or null when all are 1.</summary>
    public Tensor? SinkScale_B1S { get; }

    /// <summary>Gets the rows of the sinks in a pool [2 P, D] of gate rows, then up rows: for each sequence its S gate rows, then its S up rows.</summary>
    public Tensor GateUpRows(long poolWidth)
    {
        if (_gateUpRows_B2S is null)
        {
            using var scope = NewDisposeScope();
            using Scalar toUpRows = poolWidth;
            // Only sinks ask, so there are rows.
            var rows_BS = SinkRows_BS!.view(Count, -1);
            _gateUpRows_B2S = cat([rows_BS, rows_BS.add(toUpRows, LastingNumbers.One)], 1).view(-1).DetachFromDisposeScope();
        }

        return _gateUpRows_B2S;
    }

    /// <summary>Turns the bucket's tokens [n, ...] into a block [B, T, ...]. Padding holds copies of a real token.</summary>
    public Tensor Block(Tensor x_n)
    {
        var rows = _padding_BT is null ? x_n : x_n.index_select(0, _padding_BT);
        return rows.reshape([Count, Length, .. x_n.shape[1..]]);
    }

    /// <summary>Turns the gradient of the bucket's tokens [n, D] into that of a block [B, T, D]. Padding holds zeros.</summary>
    public Tensor Spread(Tensor gradient_nD)
    {
        if (_tokens_n is null)
            return gradient_nD.reshape(Count, Length, -1);

        var rows = zeros([Count * Length, gradient_nD.shape[1]], gradient_nD.dtype, gradient_nD.device);
        return rows.index_copy_(0, _tokens_n, gradient_nD).view(Count, Length, -1);
    }

    /// <summary>Turns a block [B, T, D] back into the bucket's tokens [n, D], without padding.</summary>
    public Tensor Flat(Tensor x_BTD)
    {
        var rows = x_BTD.reshape(Count * Length, -1);
        return _tokens_n is null ? rows : rows.index_select(0, _tokens_n);
    }

    public void Dispose()
    {
        _padding_BT?.Dispose();
        _tokens_n?.Dispose();
        _gateUpRows_B2S?.Dispose();
        SinkRows_BS?.Dispose();
        SinkScale_B1S?.Dispose();
    }

    // Padding follows the real tokens of a sequence, so causal attention never lets them see it, and its outputs are dropped.
    private (Tensor Padding, Tensor Tokens) MakePadding(IReadOnlyList<TokenSequence> sequences, Device device)
    {
        var padding = new long[Count * Length];
        var tokens = new long[TokenCount];
        var token = 0;
        for (var b = 0; b < Count; b++)
        {
            var length = sequences[b].Tokens.Length;
            for (var t = 0; t < length; t++)
            {
                padding[b * Length + t] = token;
                tokens[token++] = b * Length + t;
            }

            Array.Fill(padding, token - 1, b * Length + length, Length - length);
        }

        return (TokenBatch.OnDevice(padding, device), TokenBatch.OnDevice(tokens, device));
    }

    private (Tensor Rows, Tensor? Scale) MakeSinks(IReadOnlyList<TokenSequence> sequences, Device device)
    {
        var rows = new long[Count * SinkCount];
        var scales = new float[Count * SinkCount];
        for (var b = 0; b < Count; b++)
        {
            var gate = sequences[b].Gate;
            for (var s = 0; s < gate.Sinks.Count; s++)
            {
                rows[b * SinkCount + s] = gate.Sinks.Indices[s];
                scales[b * SinkCount + s] = gate.SinkScale;
            }
        }

        var index = TokenBatch.OnDevice(rows, device);
        if (scales.All(scale => scale == 1))
            return (index, null);

        using var flat = TokenBatch.OnDevice(scales, device);
        return (index, flat.view(Count, 1, SinkCount).DetachFromDisposeScope());
    }
}
