namespace Nulls.Sinks;

/// <summary>How sources are given their sinks.</summary>
public enum SinkAllocationKind
{
    /// <summary>A Reed-Solomon code: exactly k sinks a source, one in each of k groups; any two sources share at most t - 1.</summary>
    Coded,

    /// <summary>Exactly k sinks drawn by a hash of the source's index; the overlap is small on average and has no bound.</summary>
    Hashed,

    /// <summary>Disjoint blocks of k sinks: no overlap, and no more sources than blocks.</summary>
    Exclusive,

    /// <summary>The hash of the released code on 32-bit ids, bit for bit. For imported models: ids equal modulo 65,536 share one mask.</summary>
    Published32,

    /// <summary>The hash of the released code on 64-bit ids, bit for bit. For imported models.</summary>
    Published64,
}
