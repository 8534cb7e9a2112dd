namespace Nulls.Text;

/// <summary>Cuts documents into pieces that fit a row, so that in each pass every token of a document, and the end of text behind it, is the target of exactly one input.</summary>
/// <remarks>Cutting needs lengths alone, so that a pass is planned without reading tokens; a piece's tokens are read when its turn comes.</remarks>
/// <param name="rowLength">The most tokens of a piece; at least 1.</param>
/// <param name="endOfTextId">The special token that begins and ends a document.</param>
/// <param name="shuffleSentences">
/// Whether the order of the sentences is drawn anew each pass. Cuts then fall between sentences where a sentence fits a row, and a piece behind such a cut
/// starts with the end of text, like a document; else a piece starts with the token before the cut.
/// </param>
/// <param name="jitter">Whether the first cut of what is too long for a row is drawn from 1 to the length of a row, so that cuts move from pass to pass. The default is true.</param>
internal sealed class DocumentCutter(int rowLength, int endOfTextId, bool shuffleSentences, bool jitter = true)
{
    /// <summary>Gets the most tokens of a piece.</summary>
    public int RowLength => rowLength;

    /// <summary>Cuts one document.</summary>
    /// <param name="corpus">Where the document is.</param>
    /// <param name="document">The document's number.</param>
    /// <param name="draws">Where order and cuts are drawn from. <see cref="Read"/> needs the same.</param>
    /// <param name="spans">The pieces are added in order.</param>
    public void Cut(ITokenCorpus corpus, int document, SplitMix64 draws, List<PieceSpan> spans)
    {
        // What is cut only where it must be: sentences, the last one with the end of text; or the whole document.
        int[] units = shuffleSentences ? corpus.SentenceLengths(document) : [corpus.TokenCount(document)];
        draws.Shuffle(units.AsSpan());
        units[^1]++;

        var startsAnew = true;
        var start = 0;
        var end = 0;
        foreach (var unit in units)
        {
            if (end > start && end + unit - start > rowLength)
            {
                AddPiece(end);
                startsAnew = true;
            }

            end += unit;
            for (var length = jitter && unit > rowLength ? 1 + draws.Below(rowLength) : rowLength; end - start > rowLength; length = rowLength)
                AddPiece(start + length);
        }

        AddPiece(end);

        void AddPiece(int pieceEnd)
        {
            spans.Add(new PieceSpan(document, start, pieceEnd - start, startsAnew));
            start = pieceEnd;
            startsAnew = false;
        }
    }

    /// <summary>Reads the tokens of a piece.</summary>
    /// <param name="corpus">Where the document is.</param>
    /// <param name="span">The piece.</param>
    /// <param name="draws">What the document was cut with, begun anew.</param>
    public TokenPiece Read(ITokenCorpus corpus, PieceSpan span, SplitMix64 draws)
    {
        // Inputs and targets are one array, a token apart; only a cut between sentences sets the first input apart from the text.
        var tokens = new int[span.Length + 1];
        var (first, count) = span.StartsWithEndOfText ? (span.Start, span.Length) : (span.Start - 1, span.Length + 1);
        ReadInOrder(corpus, span.Document, first, tokens.AsSpan(tokens.Length - count), draws);
        if (span.StartsWithEndOfText)
            tokens[0] = endOfTextId;
        return new TokenPiece(tokens.AsMemory(0, span.Length), tokens.AsMemory(1), corpus.SourceOf(span.Document));
    }

    private void ReadInOrder(ITokenCorpus corpus, int document, int start, Span<int> tokens, SplitMix64 draws)
    {
        int[] lengths = shuffleSentences ? corpus.SentenceLengths(document) : [corpus.TokenCount(document)];
        var order = new (int First, int Length)[lengths.Length];
        var first = 0;
        for (var sentence = 0; sentence < lengths.Length; sentence++)
        {
            order[sentence] = (first, lengths[sentence]);
            first += lengths[sentence];
        }

        draws.Shuffle(order.AsSpan());
        foreach (var sentence in order)
        {
            var count = Math.Clamp(sentence.Length - start, 0, tokens.Length);
            if (count > 0)
                corpus.Read(document, sentence.First + start, tokens[..count]);
            tokens = tokens[count..];
            start = Math.Max(start - sentence.Length, 0);
        }

        if (!tokens.IsEmpty)
            tokens[0] = endOfTextId;
    }
}
