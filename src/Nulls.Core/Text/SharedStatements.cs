namespace Nulls.Text;

/// <summary>What several sources of a corpus state: the beginnings of sentences, word for word, and whole sentences, each in a wording of its own.</summary>
/// <remarks>
/// <para>A beginning counts from its third word on, so a statement ends before the first word that too few sources have there. A sentence
/// passes whole where it says what others do in other words (<see cref="Restatements"/>).</para>
/// <para>Found by reading the corpus four times, in memory that is bounded (<see cref="DistinctSourceCounts"/>) but for 64 bytes a source and 8
/// a document. Errors are on the safe side: what is unique is not taken for shared, but for the chance that 64 bits agree. The same corpus
/// gives the same, on every rank and after every stop. For one thread.</para>
/// </remarks>
internal sealed class SharedStatements
{
    private const int FewestWords = 3;

    private readonly TokenShapes _shapes;
    private readonly List<Range> _words = [];
    private readonly Restatements _restatements;
    private ulong[] _shared = [];

    private SharedStatements(TokenShapes shapes, Restatements restatements) => (_shapes, _restatements) = (shapes, restatements);

    /// <summary>Finds what at least so many sources state, near duplicates counting as one.</summary>
    /// <param name="corpus">The documents of sources.</param>
    /// <param name="shapes">The vocabulary's.</param>
    /// <param name="minSources">At least 2.</param>
    /// <param name="mostSlots">The most keys that are counted at a time, a power of two.</param>
    /// <param name="cancellationToken">Stops between two documents.</param>
    public static SharedStatements Find(
        ITokenCorpus corpus, TokenShapes shapes, int minSources, int mostSlots = DistinctSourceCounts.MostSlots, CancellationToken cancellationToken = default)
    {
        int[] sources = [.. Enumerable.Range(0, corpus.Count).Select(corpus.SourceOf)];
        var tokenCount = Enumerable.Range(0, corpus.Count).Sum(document => (long)corpus.TokenCount(document));
        var duplicates = new NearDuplicates(sources.DefaultIfEmpty(-1).Max() + 1);
        foreach (var (document, tokens) in Read(corpus, sources, cancellationToken))
            duplicates.Add(sources[document], tokens);

        var groups = duplicates.Group();
        int[] groupOf = [.. sources.Select(source => groups[source])];
        var frequencies = WordFrequencies.Count(Read(corpus, groupOf, cancellationToken).Select(read => (read.Tokens, groupOf[read.Document])), shapes, minSources, tokenCount, mostSlots);
        var restatements = new Restatements(shapes, frequencies, minSources, tokenCount, mostSlots);
        var statements = new SharedStatements(shapes, restatements);
        var counts = new DistinctSourceCounts(tokenCount, mostSlots);
        foreach (var (sentence, source) in ReadSentences())
        {
            foreach (var (_, key) in statements.BeginningsOf(sentence.Span))
                counts.Add(key, source);
            restatements.AddFrame(sentence.Span, source);
        }

        restatements.CloseFrames();
        foreach (var (sentence, source) in ReadSentences())
            restatements.AddCore(sentence.Span, source);
        restatements.CloseCores();
        statements._shared = counts.AtLeast(minSources);
        return statements;

        IEnumerable<(ReadOnlyMemory<int> Sentence, int Source)> ReadSentences() => Read(corpus, groupOf, cancellationToken)
            .SelectMany(read => shapes.Sentences(read.Tokens).Select(range => ((ReadOnlyMemory<int>)read.Tokens.AsMemory(range), groupOf[read.Document])));
    }

    /// <summary>Returns the statements among some tokens that several sources make: whole sentences, or beginnings of some.</summary>
    /// <param name="tokens">A text, or a part of one.</param>
    /// <param name="startsSentence">Whether the first token begins a sentence; what comes before the second sentence is left out if not.</param>
    public IEnumerable<ReadOnlyMemory<int>> In(ReadOnlyMemory<int> tokens, bool startsSentence = true)
    {
        foreach (var range in _shapes.Sentences(tokens).Skip(startsSentence ? 0 : 1))
        {
            var sentence = tokens[range];
            var length = SharedLength(sentence.Span);
            if (length < sentence.Length && _restatements.Has(sentence.Span))
                length = sentence.Length;
            if (length > 0)
                yield return sentence[..length];
        }
    }

    private int SharedLength(ReadOnlySpan<int> sentence) =>
        BeginningsOf(sentence).TakeWhile(beginning => Array.BinarySearch(_shared, beginning.Key) >= 0).LastOrDefault().End;

    // The last word takes along the marks behind it.
    private List<(int End, ulong Key)> BeginningsOf(ReadOnlySpan<int> sentence)
    {
        _shapes.Words(sentence, _words);
        var beginnings = new List<(int, ulong)>();
        var (key, hashed) = (0UL, 0);
        for (var i = 0; i < _words.Count; i++)
        {
            var end = i == _words.Count - 1 ? sentence.Length : _words[i].End.Value;
            for (; hashed < end; hashed++)
                key = SplitMix64.Join(key, (ulong)(uint)sentence[hashed]);
            if (i + 1 >= FewestWords)
                beginnings.Add((end, key));
        }

        return beginnings;
    }

    // By source, so that counting distinct ones needs the last alone.
    private static IEnumerable<(int Document, int[] Tokens)> Read(ITokenCorpus corpus, int[] sources, CancellationToken cancellationToken)
    {
        foreach (var document in Enumerable.Range(0, corpus.Count).OrderBy(document => sources[document]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var tokens = new int[corpus.TokenCount(document)];
            corpus.Read(document, 0, tokens);
            yield return (document, tokens);
        }
    }
}
