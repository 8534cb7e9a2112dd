using Nulls.Text;
using Nulls.Training;

namespace Nulls.Tests.Training;

public class RowStreamTests
{
    private const int RowLength = 16;

    public static TheoryData<bool, int> Kinds => new() { { false, 1 << 16 }, { false, 7 }, { true, 1 << 16 }, { true, 7 } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_pass_reads_every_token_of_every_source_once(bool shuffles, int window)
    {
        var stream = Stream(shuffles, window);
        for (var pass = 0; pass < 3; pass++)
        {
            var pieces = Pass(stream, pass).SelectMany(row => row.Pieces).ToArray();
            foreach (var document in Documents)
            {
                var targets = pieces.Where(piece => piece.SourceIndex == document.SourceIndex).SelectMany(piece => piece.Targets.ToArray());
                Assert.Equal(document.Sentences.SelectMany(sentence => sentence).Append(0).Order(), targets.Order());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_pass_has_another_order(bool shuffles, int window)
    {
        var stream = Stream(shuffles, window);
        Assert.NotEqual(Tokens(Pass(stream, 0)), Tokens(Pass(stream, 1)));
    }

    [Fact]
    public void Every_pass_has_another_order_of_sentences()
    {
        var document = new TokenDocument([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]], 0);
        var stream = new RowStream(new MemoryCorpus([document]), new DocumentCutter(RowLength, 0, shuffleSentences: true), seed: 1);
        // 720 orders: 10 draws are all different with a probability of 94 %, and 9 of them with nearly all of the rest.
        Assert.InRange(Enumerable.Range(0, 10).Select(_ => string.Join(' ', Tokens([stream.Next()]))).Distinct().Count(), 9, 10);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_seed_fixes_the_order_of_every_pass(bool shuffles, int window)
    {
        var (first, second, other) = (Stream(shuffles, window), Stream(shuffles, window), Stream(shuffles, window, seed: 2));
        for (var pass = 0; pass < 3; pass++)
        {
            var expected = Tokens(Pass(first, pass));
            Assert.Equal(expected, Tokens(Pass(second, pass)));
            Assert.NotEqual(expected, Tokens(Pass(other, pass)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_stream_continues_from_any_position_in_any_pass(bool shuffles, int window)
    {
        var stream = Stream(shuffles, window);
        var continued = Stream(shuffles, window);
        var random = new Random(3);
        for (var row = 0; row < 200; row++)
        {
            var position = stream.Position;
            var expected = Tokens([stream.Next()]);
            if (random.Next(4) > 0)
                continue;

            continued.SeekTo(position);
            Assert.Equal(position, continued.Position);
            Assert.Equal(expected, Tokens([continued.Next()]));
            Assert.Equal(stream.Position, continued.Position);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Skipping_rows_is_reading_them_without_a_token(bool shuffles, int window)
    {
        var read = Stream(shuffles, window);
        var corpus = new CountingCorpus(new MemoryCorpus(Documents));
        var skipped = new RowStream(corpus, new DocumentCutter(RowLength, 0, shuffles), seed: 1, window);
        for (var row = 0; row < 100; row++)
            read.Next();
        skipped.Skip(100);
        Assert.Equal(0, corpus.TokensRead);
        Assert.Equal(Tokens([read.Next()]), Tokens([skipped.Next()]));
        Assert.Equal(read.Position, skipped.Position);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_rows_of_a_pass_are_counted_without_a_token(bool shuffles, int window)
    {
        var corpus = new CountingCorpus(new MemoryCorpus(Documents));
        var stream = new RowStream(corpus, new DocumentCutter(RowLength, 0, shuffles), seed: 1, window);
        var counted = Enumerable.Range(0, 3).Select(stream.CountRows).ToArray();
        Assert.Equal(counted[0], stream.RowsPerPass);
        Assert.Equal(0, corpus.TokensRead);
        for (var pass = 0; pass < 3; pass++)
        {
            stream.Skip(counted[pass]);
            Assert.Equal(new RowPosition(pass, counted[pass]), stream.Position);
        }
    }

    [Fact]
    public void A_position_that_is_not_there_is_refused()
    {
        var stream = Stream(shuffles: false, window: 7);
        Assert.Contains("same corpus", Assert.Throws<ArgumentOutOfRangeException>(() => stream.SeekTo(new RowPosition(0, 10_000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_reads_only_what_it_holds_of_a_long_document()
    {
        var corpus = new CountingCorpus(new MemoryCorpus([new TokenDocument([new int[100_000]], 0)]));
        var stream = new RowStream(corpus, new DocumentCutter(RowLength, 0, shuffleSentences: false), seed: 1);
        stream.Next();
        Assert.InRange(corpus.TokensRead, 1, RowLength + 1);
    }

    [Fact]
    public void Rows_mix_sources_wherever_they_stand_in_the_corpus()
    {
        TokenDocument[] documents = [.. Enumerable.Range(0, 4000).Select(source => new TokenDocument([[1, 2, 3]], source))];
        var stream = new RowStream(new MemoryCorpus(documents), new DocumentCutter(RowLength, 0, shuffleSentences: false), seed: 1, piecesPerWindow: 64);
        // Documents of a row, from first to last; without mixing 3, in a window that keeps the corpus's order at most 64.
        var spread = Pass(stream, 0).Average(row => row.Pieces.Max(piece => piece.SourceIndex) - (double)row.Pieces.Min(piece => piece.SourceIndex));
        Assert.InRange(spread, 2000, 4000);
    }

    private static TokenDocument[] Documents { get; } =
        [.. Enumerable.Range(0, 20).Select(source => new TokenDocument(
            [.. Enumerable.Range(0, 5 + (3 * source)).Select(i => 1 + (i * (source + 1) % 90)).Chunk(6)], source))];

    private static RowStream Stream(bool shuffles, int window, int seed = 1) =>
        new(new MemoryCorpus(Documents), new DocumentCutter(RowLength, endOfTextId: 0, shuffles), seed, window);

    private static TokenRow[] Pass(RowStream stream, int pass) => [.. Enumerable.Range(0, stream.CountRows(pass)).Select(_ => stream.Next())];

    private static int[] Tokens(TokenRow[] rows) => [.. rows.SelectMany(row => row.Pieces).SelectMany(piece => piece.Inputs.ToArray())];

    /// <summary>Counts the tokens that are read.</summary>
    private sealed class CountingCorpus(ITokenCorpus corpus) : ITokenCorpus
    {
        public int TokensRead { get; private set; }

        public int Count => corpus.Count;

        public int SourceOf(int document) => corpus.SourceOf(document);

        public int TokenCount(int document) => corpus.TokenCount(document);

        public int[] SentenceLengths(int document) => corpus.SentenceLengths(document);

        public void Read(int document, int start, Span<int> tokens)
        {
            TokensRead += tokens.Length;
            corpus.Read(document, start, tokens);
        }
    }
}
