using Nulls.Text;
using Nulls.Training;

namespace Nulls.Tests.Training;

public class RowStreamTests
{
    private const int RowLength = 16;

    [Fact]
    public void Every_pass_reads_every_token_of_every_source_once()
    {
        var stream = Stream(seed: 1);
        for (var pass = 0; pass < 3; pass++)
        {
            var pieces = Pass(stream).SelectMany(row => row.Pieces).ToArray();
            foreach (var document in Documents)
            {
                var targets = pieces.Where(piece => piece.SourceIndex == document.SourceIndex).SelectMany(piece => piece.Targets.ToArray());
                Assert.Equal(document.Sentences[0].Append(0).Order(), targets.Order());
            }
        }
    }

    [Fact]
    public void Every_pass_has_another_order()
    {
        var stream = Stream(seed: 1);
        Assert.NotEqual(Tokens(Pass(stream)), Tokens(Pass(stream)));
    }

    [Fact]
    public void The_seed_fixes_the_order_of_every_pass()
    {
        var (first, second, other) = (Stream(seed: 1), Stream(seed: 1), Stream(seed: 2));
        for (var pass = 0; pass < 3; pass++)
        {
            var expected = Tokens(Pass(first));
            Assert.Equal(expected, Tokens(Pass(second)));
            Assert.NotEqual(expected, Tokens(Pass(other)));
        }
    }

    private static TokenDocument[] Documents { get; } =
        [.. Enumerable.Range(0, 20).Select(source => new TokenDocument([[.. Enumerable.Range(0, 5 + (3 * source)).Select(i => 1 + (i * (source + 1) % 90))]], source))];

    private static RowStream Stream(int seed) => new(Documents, new DocumentCutter(RowLength, endOfTextId: 0), RowLength, shuffleSentences: false, seed);

    // The number of rows of a pass is known once its first row is read.
    private static TokenRow[] Pass(RowStream stream)
    {
        var first = stream.Next();
        return [first, .. Enumerable.Range(1, stream.RowsPerPass - 1).Select(_ => stream.Next())];
    }

    private static int[] Tokens(TokenRow[] rows) => [.. rows.SelectMany(row => row.Pieces).SelectMany(piece => piece.Inputs.ToArray())];
}
