namespace Nulls.Inference;

/// <summary>Goes on from prompts whose keys and values are cached: reads one token of every sequence at a time.</summary>
/// <remarks>Sequences are rows, in the order of the cache. A decoder serves one caller at a time, and writes to the cache, which it does not own.</remarks>
internal interface IDecoder : IDisposable
{
    /// <summary>Reads a token of each row.</summary>
    void Read(ReadOnlySpan<int> tokens);

    /// <summary>The logits after the token that was read last.</summary>
    ReadOnlySpan<float> Logits(int row);

    /// <summary>Drops all rows but the given ones, which become rows 0, 1 and so on.</summary>
    void Keep(IReadOnlyList<int> rows);
}
