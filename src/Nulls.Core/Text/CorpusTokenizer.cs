namespace Nulls.Text;

/// <summary>Tokenizes documents on all cores, and gives them back in their order.</summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="inSentences">Whether each sentence is kept apart, so that their order can be drawn anew.</param>
internal sealed class CorpusTokenizer(BytePairTokenizer tokenizer, bool inSentences)
{
    // What is read ahead, so that every core has some documents to do.
    private const int CharactersPerBatch = 1 << 20;
    private const int DocumentsPerBatch = 1 << 10;

    /// <summary>Tokenizes a stream of documents, some of which are read ahead.</summary>
    public IEnumerable<(Document Document, int[][] Sentences)> Run(IEnumerable<Document> documents, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        foreach (var batch in Batches(documents))
        {
            var tokens = new int[batch.Count][][];
            Parallel.For(0, batch.Count, options, i => tokens[i] = Tokenize(batch[i].Text));
            for (var i = 0; i < tokens.Length; i++)
                yield return (batch[i], tokens[i]);
        }
    }

    // Sentences that change places lose the white space between them; a single space takes its place.
    private int[][] Tokenize(string text)
    {
        IEnumerable<string> parts = inSentences
            ? Sentences.Split(text).Select(sentence => sentence.Trim()).Where(sentence => sentence.Length > 0).Select(sentence => " " + sentence)
            : [text];
        return [.. parts.Select(tokenizer.Encode).Where(sentence => sentence.Length > 0)];
    }

    private static IEnumerable<List<Document>> Batches(IEnumerable<Document> documents)
    {
        var batch = new List<Document>();
        var characters = 0L;
        foreach (var document in documents)
        {
            batch.Add(document);
            characters += document.Text.Length;
            if (characters < CharactersPerBatch && batch.Count < DocumentsPerBatch)
                continue;

            yield return batch;
            batch = [];
            characters = 0;
        }

        if (batch.Count > 0)
            yield return batch;
    }
}
