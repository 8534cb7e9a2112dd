using System.Runtime.InteropServices;

namespace Nulls.Text;

/// <summary>Writes the tokens of a segment as they come, and then its tables.</summary>
internal sealed class SegmentBody(Stream file, SegmentKind kind)
{
    private readonly List<uint> _sentences = [];
    private readonly List<Entry> _sources = [];
    private readonly List<Entry> _general = [];
    private uint _tokenCount;
    private long _withoutTokens;
    private ushort[] _narrow = [];

    public void Add(int[][] sentences, int source)
    {
        if (sentences.Length == 0)
        {
            _withoutTokens++;
            return;
        }

        var entry = new Entry(_tokenCount, 0, (uint)_sentences.Count, source);
        foreach (var sentence in sentences)
        {
            WriteTokens(sentence);
            if (kind.InSentences)
                _sentences.Add((uint)sentence.Length);
        }

        (source < 0 ? _general : _sources).Add(entry with { TokenCount = _tokenCount - entry.FirstToken });
    }

    /// <summary>Writes the tables; returns the numbers of tokens, sentences, documents with a source, without one, without tokens.</summary>
    public long[] Finish()
    {
        file.Write(new byte[(4 - _tokenCount * kind.TokenBytes % 4) % 4]);
        file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_sentences)));
        file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_sources)));
        file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_general)));
        return [_tokenCount, _sentences.Count, _sources.Count, _general.Count, _withoutTokens];
    }

    private void WriteTokens(int[] tokens)
    {
        _tokenCount = checked(_tokenCount + (uint)tokens.Length);
        if (kind.TokenBytes == sizeof(int))
        {
            file.Write(MemoryMarshal.AsBytes(tokens.AsSpan()));
            return;
        }

        if (_narrow.Length < tokens.Length)
            _narrow = new ushort[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
            _narrow[i] = (ushort)tokens[i];
        file.Write(MemoryMarshal.AsBytes(_narrow.AsSpan(0, tokens.Length)));
    }

    private readonly record struct Entry(uint FirstToken, uint TokenCount, uint FirstSentence, int Source);
}
