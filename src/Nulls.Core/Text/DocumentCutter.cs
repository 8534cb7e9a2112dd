namespace Nulls.Text;

/// <summary>Cuts documents into pieces that fit a row, so that in each pass every token of a document, and the end of text behind it, is the target of exactly one input.</summary>
/// <param name="rowLength">The most tokens of a piece; at least 1.</param>
/// <param name="endOfTextId">The special token that begins and ends a document.</param>
internal sealed class DocumentCutter(int rowLength, int endOfTextId)
{
    /// <summary>Cuts one document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="random">Where order and cuts are drawn from.</param>
    /// <param name="shuffleSentences">
    /// Whether the order of the sentences is drawn anew. Cuts then fall between sentences where a sentence fits a row, and a piece behind such a cut
    /// starts with the end of text, like a document; else a piece starts with the token before the cut.
    /// </param>
    /// <param name="jitter">Whether the first cut of what is too long for a row is drawn from 1 to the length of a row, so that cuts move from pass to pass.</param>
    /// <returns>The pieces in order; none for a document without tokens.</returns>
    public IReadOnlyList<TokenPiece> Cut(TokenDocument document, Random random, bool shuffleSentences, bool jitter)
    {
        int[][] sentences = [.. document.Sentences.Where(sentence => sentence.Length > 0)];
        if (sentences.Length == 0)
            return [];
        if (shuffleSentences)
            random.Shuffle(sentences);
        int[] targets = [.. sentences.SelectMany(sentence => sentence), endOfTextId];
        int[] inputs = [endOfTextId, .. targets.AsSpan(0, targets.Length - 1)];

        // What is cut only where it must be: sentences, the last one with the end of text; or the whole document.
        int[] unitLengths = shuffleSentences ? [.. sentences.Select(sentence => sentence.Length)] : [targets.Length - 1];
        unitLengths[^1]++;

        var pieces = new List<TokenPiece>();
        int start = 0;
        int end = 0;
        foreach (int unitLength in unitLengths)
        {
            if (end > start && end + unitLength - start > rowLength)
            {
                AddPiece(end);
                inputs[start] = endOfTextId;
            }
            end += unitLength;
            for (int length = jitter && unitLength > rowLength ? random.Next(1, rowLength + 1) : rowLength; end - start > rowLength; length = rowLength)
                AddPiece(start + length);
        }
        AddPiece(end);
        return pieces;

        void AddPiece(int pieceEnd)
        {
            pieces.Add(new(inputs.AsMemory(start, pieceEnd - start), targets.AsMemory(start, pieceEnd - start), document.SourceIndex));
            start = pieceEnd;
        }
    }
}
