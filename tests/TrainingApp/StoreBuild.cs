using Nulls.Sources;
using Nulls.Text;

namespace Nulls.TrainingApp;

/// <summary>Brings a small corpus into a token store of many segments.</summary>
internal static class StoreBuild
{
    private const int DocumentCount = 4000;
    private const int CharactersPerSegment = 2000;

    public static void Run(string folder)
    {
        // Under a salt that is given, so that a store has the same bytes whenever it is built.
        var sources = new SourceRegistry(keepKeys: false, new byte[SourceRegistry.ShortestSalt]);
        var builder = new TokenStoreBuilder(folder, Corpus(), new TokenizerOptions { VocabularySize = 400 }, inSentences: true, sources, default);
        var scan = builder.Scan(out var words, CharactersPerSegment);
        var tokenizer = builder.GetTokenizer(scan, words);
        using var store = builder.Build(tokenizer, onDocument: null);
    }

    private static IEnumerable<Document> Corpus() => Enumerable.Range(0, DocumentCount)
        .Select(i => new Document($"Room {i} has {i * 17 % 901} windows. It has {i * 31 % 701} doors; or fewer!", i % 5 == 4 ? null : $"house-{i % 70}"));
}
