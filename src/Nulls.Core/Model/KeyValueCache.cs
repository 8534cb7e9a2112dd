using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>The keys and values of the tokens read so far, of every layer, for B sequences of up to C tokens.</summary>
/// <remarks>Allocated once. Row b belongs to the b-th sequence in the order of the batch that filled it.</remarks>
internal sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys_BGCK;
    private readonly Tensor[] _values_BGCK;
    private int[] _lengths;

    public KeyValueCache(NullsConfig config, int sequenceCount, int capacity, ScalarType type, Device device)
    {
        Capacity = capacity;
        _lengths = new int[sequenceCount];
        long[] shape = [sequenceCount, config.KeyValueHeadCount, capacity, config.HeadSize];
        _keys_BGCK = [.. Enumerable.Range(0, config.LayerCount).Select(_ => zeros(shape, type, device).DetachFromDisposeScope())];
        _values_BGCK = [.. Enumerable.Range(0, config.LayerCount).Select(_ => zeros(shape, type, device).DetachFromDisposeScope())];
    }

    /// <summary>Gets the most tokens of a sequence.</summary>
    public int Capacity { get; }

    /// <summary>Gets how many tokens of each sequence are held.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>Gets each layer's keys, turned to their positions: [B, G, C, K]. Whoever decodes writes a token's behind those before it.</summary>
    public Tensor[] Keys => _keys_BGCK;

    /// <summary>Gets each layer's values: [B, G, C, K].</summary>
    public Tensor[] Values => _values_BGCK;

    /// <summary>Stores what a bucket of whole prompts produced.</summary>
    public void Fill(int layer, int firstSequence, Tensor key_BGTK, Tensor value_BGTK)
    {
        _keys_BGCK[layer].narrow(0, firstSequence, key_BGTK.shape[0]).narrow(2, 0, key_BGTK.shape[2]).copy_(key_BGTK);
        _values_BGCK[layer].narrow(0, firstSequence, value_BGTK.shape[0]).narrow(2, 0, value_BGTK.shape[2]).copy_(value_BGTK);
    }

    /// <summary>Counts the tokens of a batch as read, once every layer has stored them.</summary>
    public void Advance(IReadOnlyList<int> tokenCounts)
    {
        for (var b = 0; b < _lengths.Length; b++)
            _lengths[b] += tokenCounts[b];
    }

    /// <summary>Drops all sequences but those in the given rows, which become rows 0, 1 and so on.</summary>
    public void Keep(IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        var rows_b = tensor(rows.Select(row => (long)row).ToArray(), device: _keys_BGCK[0].device);
        foreach (var layers in new[] { _keys_BGCK, _values_BGCK })
        {
            for (var layer = 0; layer < layers.Length; layer++)
            {
                var kept_bGCK = layers[layer].index_select(0, rows_b).DetachFromDisposeScope();
                layers[layer].Dispose();
                layers[layer] = kept_bGCK;
            }
        }

        _lengths = [.. rows.Select(row => _lengths[row])];
    }

    public void Dispose()
    {
        foreach (var tensor in _keys_BGCK.Concat(_values_BGCK))
            tensor.Dispose();
    }
}
