namespace Nulls.Text;

/// <summary>Packs pieces into rows with little left empty: longest piece first, each into the fullest row that has room for it (best fit, decreasing).</summary>
internal static class RowPacker
{
    /// <summary>How many pieces are packed together. More would fill rows hardly better, and hold more memory.</summary>
    private const int WindowLength = 4096;

    /// <summary>Packs pieces, a window of them at a time, so that a stream can be packed while it is read.</summary>
    /// <param name="pieces">The pieces, in the order in which they are wanted.</param>
    /// <param name="rowLength">The most tokens in a row.</param>
    /// <returns>
    /// Rows of at most <paramref name="rowLength"/> tokens that hold every piece once. The same pieces give the same rows. Rows come in the order of their
    /// first pieces and pieces in their own order, so that the packing does not sort what is trained on by length.
    /// </returns>
    /// <exception cref="ArgumentException">A piece is longer than a row.</exception>
    public static IEnumerable<PieceSpan[]> Pack(IEnumerable<PieceSpan> pieces, int rowLength) =>
        pieces.Chunk(WindowLength).SelectMany(window => PackWindow(window, rowLength));

    private static IEnumerable<PieceSpan[]> PackWindow(PieceSpan[] window, int rowLength)
    {
        // Rows, as indices of their pieces, by the room that is left in them.
        var rowsByRoom = new Stack<List<int>>[rowLength + 1];
        for (int room = 0; room <= rowLength; room++)
            rowsByRoom[room] = [];

        foreach (int index in Enumerable.Range(0, window.Length).OrderByDescending(index => window[index].Length))
        {
            int length = window[index].Length;
            if (length > rowLength)
                throw new ArgumentException($"A piece must fit a row of {rowLength} tokens, but has {length}. Cut it first.", nameof(window));
            int room = length;
            while (room < rowLength && rowsByRoom[room].Count == 0)
                room++;
            var row = rowsByRoom[room].TryPop(out var open) ? open : [];
            row.Add(index);
            rowsByRoom[room - length].Push(row);
        }

        return rowsByRoom
            .SelectMany(rows => rows)
            .OrderBy(row => row.Min())
            .Select(row => row.Order().Select(index => window[index]).ToArray());
    }
}
