using Nulls.Text;

namespace Nulls.Tests.Text;

public class RowPackerTests
{
    [Fact]
    public void Every_piece_is_in_exactly_one_row()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            int rowLength = random.Next(1, 50);
            var pieces = DrawPieces(random, random.Next(200), rowLength);
            Assert.Equal(Enumerable.Range(0, pieces.Length), RowPacker.Pack(pieces, rowLength).SelectMany(row => row).Select(piece => piece.Document).Order());
        }
    }

    [Fact]
    public void No_row_is_longer_than_allowed_or_empty()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            int rowLength = random.Next(1, 50);
            Assert.All(RowPacker.Pack(DrawPieces(random, 200, rowLength), rowLength), row => Assert.InRange(LengthOf(row), 1, rowLength));
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(2048)]
    public void Rows_of_pieces_of_random_lengths_are_at_least_95_percent_full(int rowLength)
    {
        var pieces = DrawPieces(new Random(18), 20_000, rowLength);
        Assert.InRange(Fill(RowPacker.Pack(pieces, rowLength), rowLength), 0.95, 1);
    }

    [Fact]
    public void Rows_of_short_pieces_are_at_least_99_percent_full()
    {
        var pieces = DrawPieces(new Random(19), 20_000, 64);
        Assert.InRange(Fill(RowPacker.Pack(pieces, 512), 512), 0.99, 1);
    }

    [Fact]
    public void The_same_pieces_give_the_same_rows()
    {
        var pieces = DrawPieces(new Random(20), 10_000, 100);
        Assert.Equal(Describe(RowPacker.Pack(pieces, 100)), Describe(RowPacker.Pack(pieces, 100)));
    }

    [Fact]
    public void Rows_and_pieces_come_in_the_order_of_the_pieces()
    {
        var rows = RowPacker.Pack(DrawPieces(new Random(21), 3000, 100), 100).Select(row => row.Select(piece => piece.Document).ToList()).ToList();
        Assert.All(rows, row => Assert.Equal(row.Order(), row));
        Assert.Equal(rows.Select(row => row[0]).Order(), rows.Select(row => row[0]));
    }

    [Fact]
    public void A_stream_without_end_can_be_packed()
    {
        static IEnumerable<PieceSpan> Endless()
        {
            while (true)
                yield return new(0, 0, 3, true);
        }

        Assert.Equal(5000, RowPacker.Pack(Endless(), 8).Take(5000).Count());
    }

    [Fact]
    public void A_piece_longer_than_a_row_is_an_error()
    {
        var exception = Assert.Throws<ArgumentException>(() => RowPacker.Pack([new(0, 0, 9, true)], 8).ToList());
        Assert.Contains("8 tokens, but has 9", exception.Message);
    }

    /// <summary>Pieces that carry their place as their document.</summary>
    private static PieceSpan[] DrawPieces(Random random, int count, int maximumLength) =>
        [.. Enumerable.Range(0, count).Select(place => new PieceSpan(place, 0, random.Next(1, maximumLength + 1), true))];

    private static int LengthOf(PieceSpan[] row) => row.Sum(piece => piece.Length);

    private static double Fill(IEnumerable<PieceSpan[]> rows, int rowLength) => rows.Average(row => LengthOf(row) / (double)rowLength);

    private static IEnumerable<string> Describe(IEnumerable<PieceSpan[]> rows) => rows.Select(row => string.Join(' ', row.Select(piece => piece.Document)));
}
