using Nulls.Text;

namespace Nulls.Training;

/// <summary>An endless stream of rows: every document once a pass, cut, packed and shuffled anew each time.</summary>
/// <remarks>
/// <para>Documents come in an order drawn for the pass. Of their pieces a window at a time is shuffled and packed, and its rows shuffled:
/// a corpus that fits a window is shuffled whole. A window holds no tokens, and these are read when a row's turn comes, so memory does
/// not grow with the corpus.</para>
/// <para>A pass depends on seed, corpus and its number alone: a <see cref="RowPosition"/> is all there is to continue from.</para>
/// </remarks>
internal sealed class RowStream
{
    // A mebibyte of spans; at 512 tokens a piece, 33 million tokens are mixed.
    private const int PiecesPerWindow = 1 << 16;

    // What is drawn, so that no two draws share a sequence.
    private const ulong OrderOfDocuments = 1;
    private const ulong OrderOfPieces = 2;
    private const ulong CutsOfDocument = 3;
    private const ulong SinksOfDocument = 4;

    // What a share of 1 is drawn from.
    private const int Whole = 1 << 30;

    private readonly ITokenCorpus _corpus;
    private readonly DocumentCutter _cutter;
    private readonly int _seed;
    private readonly int _piecesPerWindow;
    private readonly double _sinksOffShare;
    private readonly SplitMix64 _draws = new();
    private IEnumerator<PieceSpan[][]> _windows;
    private PieceSpan[][] _window = [];
    private int _nextInWindow;
    private int? _rowsPerPass;

    public RowStream(ITokenCorpus corpus, DocumentCutter cutter, int seed, int piecesPerWindow = PiecesPerWindow, double sinksOffShare = 0)
    {
        ArgumentOutOfRangeException.ThrowIfZero(corpus.Count);
        _corpus = corpus;
        _cutter = cutter;
        _seed = seed;
        _piecesPerWindow = piecesPerWindow;
        _sinksOffShare = sinksOffShare;
        _windows = PlanPass(0).GetEnumerator();
    }

    /// <summary>Gets where the stream stands.</summary>
    public RowPosition Position { get; private set; }

    /// <summary>Gets the rows of the first pass, which the later ones have but for a few. Planned once, from lengths alone.</summary>
    public int RowsPerPass => _rowsPerPass ??= CountRows(pass: 0);

    /// <summary>Reads the next row.</summary>
    public TokenRow Next()
    {
        Advance(1);
        return new TokenRow([.. _window[_nextInWindow - 1].Select(Read)]);
    }

    /// <summary>Passes over rows without reading tokens.</summary>
    public void Skip(int rowCount) => Advance(rowCount);

    /// <summary>Continues from a position of a stream of the same corpus and seed. Plans the pass up to there, and reads no tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pass has fewer rows.</exception>
    public void SeekTo(RowPosition position)
    {
        Begin(position.Pass);
        if (position.Row > 0)
            Advance(position.Row);
        if (Position != position)
            throw new ArgumentOutOfRangeException(nameof(position), position, $"Pass {position.Pass} of this corpus has fewer than {position.Row} rows. Is the position of the same corpus?");
    }

    /// <summary>Counts the rows of a pass from lengths alone.</summary>
    public int CountRows(int pass) => PlanPass(pass).Sum(window => window.Length);

    // Leaves the last row that is passed over in the window.
    private void Advance(int rowCount)
    {
        while (rowCount > 0)
        {
            if (_nextInWindow == _window.Length)
                TakeWindow();
            var taken = Math.Min(rowCount, _window.Length - _nextInWindow);
            _nextInWindow += taken;
            Position = Position with { Row = Position.Row + taken };
            rowCount -= taken;
        }
    }

    private void TakeWindow()
    {
        if (!_windows.MoveNext())
        {
            Begin(Position.Pass + 1);
            _windows.MoveNext();
        }

        _window = _windows.Current;
        _nextInWindow = 0;
    }

    private void Begin(int pass)
    {
        _windows = PlanPass(pass).GetEnumerator();
        _window = [];
        _nextInWindow = 0;
        Position = new RowPosition(pass, 0);
    }

    private IEnumerable<PieceSpan[][]> PlanPass(int pass)
    {
        var order = new RandomPermutation(_corpus.Count, Seed(pass, OrderOfDocuments, 0));
        var spans = new List<PieceSpan>();
        for (var place = 0; place < _corpus.Count; place++)
        {
            var document = order[place];
            _cutter.Cut(_corpus, document, _draws.From(Seed(pass, CutsOfDocument, document)), spans);
            if (spans.Count < _piecesPerWindow && place < _corpus.Count - 1)
                continue;

            yield return PlanWindow(spans, Seed(pass, OrderOfPieces, place));
            spans.Clear();
        }
    }

    // Shuffled before packing, so that rows mix sources, and after, because packing sorts.
    private PieceSpan[][] PlanWindow(List<PieceSpan> spans, ulong seed)
    {
        PieceSpan[] pieces = [.. spans];
        _draws.From(seed).Shuffle(pieces.AsSpan());
        var rows = RowPacker.Pack(pieces, _cutter.RowLength).ToArray();
        _draws.Shuffle(rows.AsSpan());
        return rows;
    }

    private TokenPiece Read(PieceSpan span)
    {
        // Drawn for a document and a pass, so all its pieces agree, and so do ranks and a run that goes on.
        var areSinksOff = _sinksOffShare > 0 && _draws.From(Seed(Position.Pass, SinksOfDocument, span.Document)).Below(Whole) < _sinksOffShare * Whole;
        return _cutter.Read(_corpus, span, _draws.From(Seed(Position.Pass, CutsOfDocument, span.Document))) with { AreSinksOff = areSinksOff };
    }

    private ulong Seed(int pass, ulong what, int number) =>
        SplitMix64.Join(SplitMix64.Join(SplitMix64.Join((ulong)(uint)_seed, (ulong)(uint)pass), what), (ulong)(uint)number);
}
