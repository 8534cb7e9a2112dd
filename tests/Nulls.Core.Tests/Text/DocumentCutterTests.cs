using Nulls.Text;

namespace Nulls.Tests.Text;

public class DocumentCutterTests
{
    private const int EndOfText = -100;

    public static TheoryData<bool, bool> Modes => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Modes))]
    public void Every_token_and_the_end_of_text_are_targets_exactly_once(bool shuffles, bool jitter) => ForEachDocument((document, rowLength, random) =>
    {
        var targets = Cut(document, rowLength, random, shuffles, jitter).SelectMany(piece => piece.Targets.ToArray());
        Assert.Equal(Tokens(document).Append(EndOfText).Order(), targets.Order());
    });

    [Theory]
    [MemberData(nameof(Modes))]
    public void Pieces_fit_a_row_and_are_never_empty(bool shuffles, bool jitter) => ForEachDocument((document, rowLength, random) =>
        Assert.All(Cut(document, rowLength, random, shuffles, jitter), piece =>
        {
            Assert.InRange(piece.Inputs.Length, 1, rowLength);
            Assert.Equal(piece.Inputs.Length, piece.Targets.Length);
        }));

    [Theory]
    [MemberData(nameof(Modes))]
    public void Each_target_is_the_next_input(bool shuffles, bool jitter) => ForEachDocument((document, rowLength, random) =>
        Assert.All(Cut(document, rowLength, random, shuffles, jitter), piece =>
            Assert.Equal(piece.Inputs[1..].ToArray(), piece.Targets[..^1].ToArray())));

    [Theory]
    [MemberData(nameof(Modes))]
    public void Pieces_keep_their_source(bool shuffles, bool jitter) => ForEachDocument((document, rowLength, random) =>
        Assert.All(Cut(document, rowLength, random, shuffles, jitter), piece => Assert.Equal(document.SourceIndex, piece.SourceIndex)));

    [Theory]
    [MemberData(nameof(Modes))]
    public void The_first_piece_starts_and_the_last_one_ends_with_the_end_of_text(bool shuffles, bool jitter) => ForEachDocument((document, rowLength, random) =>
    {
        var pieces = Cut(document, rowLength, random, shuffles, jitter);
        Assert.Equal((EndOfText, EndOfText), (pieces[0].Inputs.Span[0], pieces[^1].Targets.Span[^1]));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_shuffling_pieces_follow_each_other_in_the_text(bool jitter) => ForEachDocument((document, rowLength, random) =>
    {
        var pieces = Cut(document, rowLength, random, shuffleSentences: false, jitter);
        Assert.Equal(Tokens(document).Append(EndOfText), pieces.SelectMany(piece => piece.Targets.ToArray()));
        Assert.Equal(Tokens(document).Prepend(EndOfText), pieces.SelectMany(piece => piece.Inputs.ToArray()));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_shuffling_a_sentence_that_fits_a_row_stays_whole(bool jitter) => ForEachDocument((document, rowLength, random) =>
    {
        var pieces = Cut(document, rowLength, random, shuffleSentences: true, jitter);
        // The sentence that ends the document needs room for the end of text as well.
        foreach (int[] sentence in document.Sentences.Where(sentence => sentence.Length > 0 && sentence.Length < rowLength))
            Assert.Contains(pieces, piece => piece.Targets.Span.IndexOf(sentence) >= 0);
    });

    [Fact]
    public void With_shuffling_a_piece_starts_with_the_end_of_text_or_inside_a_sentence() => ForEachDocument((document, rowLength, random) =>
    {
        var firsts = document.Sentences.Where(sentence => sentence.Length > 0).Select(sentence => sentence[0]).ToHashSet();
        foreach (var piece in Cut(document, rowLength, random, shuffleSentences: true, jitter: true))
        {
            bool startsSentence = firsts.Contains(piece.Targets.Span[0]);
            Assert.Equal(startsSentence, piece.Inputs.Span[0] == EndOfText);
        }
    });

    [Fact]
    public void With_shuffling_every_order_is_drawn_equally_often()
    {
        var document = new TokenDocument([[1], [2], [3]], 0);
        var random = new Random(16);
        var counts = Enumerable.Range(0, 6000).GroupBy(_ => string.Join(' ', Cut(document, 8, random, true, false)[0].Targets.ToArray())).Select(group => group.Count()).ToList();
        Assert.Equal(6, counts.Count);
        // 1,000 each, with a standard deviation of 29.
        Assert.All(counts, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void With_jitter_the_first_cut_of_a_long_document_is_drawn_uniformly()
    {
        var document = new TokenDocument([[.. Enumerable.Range(1, 40)]], 0);
        var random = new Random(17);
        var counts = Enumerable.Range(0, 8000).GroupBy(_ => Cut(document, 8, random, false, true)[0].Inputs.Length).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(Enumerable.Range(1, 8), counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void A_document_that_fits_a_row_is_never_cut()
    {
        var document = new TokenDocument([[1, 2, 3], [4, 5, 6, 7]], 0);
        for (int seed = 0; seed < 50; seed++)
            Assert.Single(Cut(document, 8, new Random(seed), shuffleSentences: seed % 2 == 0, jitter: true));
    }

    [Fact]
    public void The_same_seed_gives_the_same_pieces() => ForEachDocument((document, rowLength, random) =>
    {
        int seed = random.Next();
        Assert.Equal(
            Cut(document, rowLength, new Random(seed), true, true).Select(piece => string.Join(' ', piece.Inputs.ToArray())),
            Cut(document, rowLength, new Random(seed), true, true).Select(piece => string.Join(' ', piece.Inputs.ToArray())));
    });

    /// <summary>Documents whose tokens all differ, so that each can be followed.</summary>
    private static void ForEachDocument(Action<TokenDocument, int, Random> assert)
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            int next = 0;
            var sentences = Enumerable.Range(0, random.Next(1, 9)).Select(_ => Enumerable.Range(0, random.Next(12)).Select(_ => next++).ToArray()).Append([next++]).ToList();
            assert(new TokenDocument(sentences, random.Next(-1, 5)), random.Next(1, 20), random);
        }
    }

    private static IEnumerable<int> Tokens(TokenDocument document) => document.Sentences.SelectMany(sentence => sentence);

    private static IReadOnlyList<TokenPiece> Cut(TokenDocument document, int rowLength, Random random, bool shuffleSentences, bool jitter)
    {
        var corpus = new MemoryCorpus([document]);
        var cutter = new DocumentCutter(rowLength, EndOfText, shuffleSentences, jitter);
        var (draws, seed, spans) = (new SplitMix64(), (ulong)random.NextInt64(), new List<PieceSpan>());
        cutter.Cut(corpus, 0, draws.From(seed), spans);
        return [.. spans.Select(span => cutter.Read(corpus, span, draws.From(seed)))];
    }
}
