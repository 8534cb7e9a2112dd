using Nulls.Text;

namespace Nulls.Training;

/// <summary>An endless stream of rows: every document once a pass, cut, packed and shuffled anew each time.</summary>
/// <remarks>A pass depends on the seed and its number alone, so a stream can be continued anywhere.</remarks>
internal sealed class RowStream
{
    private readonly IReadOnlyList<TokenDocument> _documents;
    private readonly DocumentCutter _cutter;
    private readonly int _rowLength;
    private readonly bool _shuffleSentences;
    private readonly int _seed;
    private TokenRow[] _rows;
    private int _pass;
    private int _next;

    public RowStream(IReadOnlyList<TokenDocument> documents, DocumentCutter cutter, int rowLength, bool shuffleSentences, int seed)
    {
        _documents = documents;
        _cutter = cutter;
        _rowLength = rowLength;
        _shuffleSentences = shuffleSentences;
        _seed = seed;
        _rows = MakePass();
    }

    /// <summary>Gets the rows of the pass that is being read.</summary>
    public int RowsPerPass => _rows.Length;

    /// <summary>Gets or sets the row that comes next.</summary>
    public RowPosition Position
    {
        get => new(_pass, _next);
        set
        {
            if (_pass != value.Pass)
            {
                _pass = value.Pass;
                _rows = MakePass();
            }

            _next = value.Row;
        }
    }

    public TokenRow Next()
    {
        if (_next == _rows.Length)
            Position = new(_pass + 1, 0);

        return _rows[_next++];
    }

    // Shuffled before packing, so that rows mix sources, and after, because packing sorts.
    private TokenRow[] MakePass()
    {
        var random = new Random(unchecked((_seed * 486187739) + _pass));
        var pieces = _documents.SelectMany(document => _cutter.Cut(document, random, _shuffleSentences, jitter: true)).ToArray();
        random.Shuffle(pieces);
        var rows = RowPacker.Pack(pieces, _rowLength).ToArray();
        random.Shuffle(rows);
        return rows;
    }
}
