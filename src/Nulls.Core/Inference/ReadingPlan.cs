using System.Runtime.InteropServices;
using Nulls.Model;

namespace Nulls.Inference;

/// <summary>What the model must read to score texts: each distinct reading once, in passes of bounded size.</summary>
/// <param name="readsLastToken">Whether the last token is read too, which only its hidden state needs.</param>
internal sealed class ReadingPlan(bool readsLastToken)
{
    private readonly Dictionary<Reading, Reading> _readings = new(new ReadingComparer());

    public IReadOnlyCollection<Reading> Readings => _readings.Keys;

    /// <summary>Adds a text.</summary>
    /// <param name="gates">The gates to read with.</param>
    /// <param name="sequence">The start of text, the prompt's tokens and at least one of the text's.</param>
    /// <param name="promptLength">The number of the prompt's tokens.</param>
    /// <param name="mixing">How several gates are weighted.</param>
    /// <returns>The reading that covers the text, and the slot of its last token.</returns>
    public (Reading Reading, int LastSlot) Add(IReadOnlyList<SourceGate> gates, int[] sequence, int promptLength, GateMixing mixing = GateMixing.WholeText)
    {
        var reading = new Reading(gates, readsLastToken ? sequence : sequence[..^1], promptLength, mixing);
        if (_readings.TryGetValue(reading, out var known))
            reading = known;
        else
            _readings.Add(reading, reading);
        return (reading, readsLastToken ? sequence.Length - 2 : reading.AddLastToken(sequence[^1]));
    }

    /// <summary>Makes room for results and cuts the readings into windows for one batch each, those of a reading in order.</summary>
    /// <param name="config">The sizes of the model.</param>
    /// <param name="tokensPerPass">The most tokens of a batch, unless one window has more.</param>
    public IEnumerable<IReadOnlyList<ReadingWindow>> Passes(NullsConfig config, int tokensPerPass)
    {
        foreach (var reading in Readings)
            reading.Prepare(readsLastToken ? config.Width : 0);

        // Longest first, so that a pass reads windows of like lengths. The sort is stable, and only a reading's last window can be
        // shorter than its others.
        var pass = new List<ReadingWindow>();
        var tokenCount = 0;
        foreach (var window in Readings.SelectMany(reading => reading.Windows(config.ContextLength)).OrderByDescending(window => window.Length))
        {
            if (pass.Count > 0 && tokenCount + window.TokenCount > tokensPerPass)
            {
                yield return pass;
                (pass, tokenCount) = ([], 0);
            }

            pass.Add(window);
            tokenCount += window.TokenCount;
        }

        if (pass.Count > 0)
            yield return pass;
    }

    // Readings are the same when the model computes the same for them.
    private sealed class ReadingComparer : IEqualityComparer<Reading>
    {
        public bool Equals(Reading? x, Reading? y) => x is not null && y is not null
            && x.TextStart == y.TextStart
            && x.Mixing == y.Mixing
            && x.Inputs.AsSpan().SequenceEqual(y.Inputs)
            && x.Gates.Select(gate => gate.Source).SequenceEqual(y.Gates.Select(gate => gate.Source));

        public int GetHashCode(Reading reading)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(reading.Inputs.AsSpan()));
            foreach (var gate in reading.Gates)
                hash.Add(gate.Source);
            return hash.ToHashCode();
        }
    }
}
