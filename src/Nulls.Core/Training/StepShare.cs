using Nulls.Model;
using Nulls.Sinks;

namespace Nulls.Training;

/// <summary>What this rank reads of a step, beside what all ranks read of it. Every rank knows the whole step, so nobody has to tell.</summary>
internal sealed class StepShare
{
    private readonly IReadOnlyList<TokenSequence> _all;

    /// <param name="rows">The step's rows.</param>
    /// <param name="rank">The rank, which takes every row whose number leaves it when divided by <paramref name="rankCount"/>: it may be none.</param>
    /// <param name="rankCount">The number of ranks.</param>
    public StepShare(IReadOnlyList<IReadOnlyList<TokenSequence>> rows, int rank = 0, int rankCount = 1)
    {
        _all = [.. rows.SelectMany(row => row)];
        Sequences = rankCount == 1 ? _all : [.. rows.Where((_, i) => i % rankCount == rank).SelectMany(row => row)];
        TokenCount = _all.Sum(sequence => sequence.Tokens.Length);
        GeneralTokenCount = _all.Where(sequence => sequence.Gate.Sinks.Count == 0).Sum(sequence => sequence.Tokens.Length);
    }

    /// <summary>Gets the sequences of this rank.</summary>
    public IReadOnlyList<TokenSequence> Sequences { get; }

    /// <summary>Gets the tokens of all ranks.</summary>
    public int TokenCount { get; }

    /// <summary>Gets the tokens of all ranks that run no sink.</summary>
    public int GeneralTokenCount { get; }

    /// <summary>Parts this rank's sequences: those that run sinks, and those that run none.</summary>
    public (TokenSequence[] Sources, TokenSequence[] General) Parted() =>
        ([.. Sequences.Where(sequence => sequence.Gate.Sinks.Count > 0)], [.. Sequences.Where(sequence => sequence.Gate.Sinks.Count == 0)]);

    /// <summary>Returns the sinks that any rank runs.</summary>
    public SinkSet Sinks()
    {
        var indices = new List<int>();
        foreach (var sequence in _all)
            indices.AddRange(sequence.Gate.Sinks.Indices);
        return SinkSet.Of([.. indices]);
    }
}
