using System.Diagnostics;
using Nulls.Sources;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Benchmarks;

/// <summary>Whether resident memory stays flat while the corpus grows: builds a store and draws a pass of rows, of two sizes of text.</summary>
/// <remarks>
/// Not in the summary. The environment variable <c>NULLS_CORPUS_MEGABYTES</c> names the larger size; the default is 1000. Texts are
/// made of 200,000 words by Zipf's law, with new ones now and then, so that the table of words is filled as real text fills it.
/// </remarks>
internal sealed class CorpusBenchmark : IBenchmark
{
    private const int SmallMegabytes = 10;
    private const int CharactersPerDocument = 3000;

    public string Name => "corpus";

    public bool DependsOnThreads => false;

    public bool IsInSummary => false;

    public IEnumerable<Figure> Run(int threadCount)
    {
        var large = int.TryParse(Environment.GetEnvironmentVariable("NULLS_CORPUS_MEGABYTES"), out var megabytes) ? megabytes : 1000;
        // Once before, for what the runtime keeps for itself.
        Measure(SmallMegabytes);
        var (small, _) = Measure(SmallMegabytes);
        var (grown, detail) = Measure(large);
        yield return new Figure("corpus.residentGrowth", grown / (double)small, 1.5, IsUpperBound: true, $"{small >> 20} MiB at {SmallMegabytes} MB, {grown >> 20} MiB at {large} MB of text; {detail}");
    }

    private static (long PeakBytes, string Detail) Measure(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("nulls-corpus-").FullName;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var peak = new PeakMemory();
        try
        {
            var watch = Stopwatch.StartNew();
            var builder = new TokenStoreBuilder(folder, Documents(megabytes), new TokenizerOptions(), inSentences: false, new SourceRegistry(), default);
            var scan = builder.Scan(out var words);
            var scanned = watch.Elapsed;
            var tokenizer = builder.GetTokenizer(scan, words);
            using var store = builder.Build(tokenizer, onDocument: null);
            var built = watch.Elapsed;
            var stream = new RowStream(store.Corpora.Sources, new DocumentCutter(512, tokenizer.EndOfTextId, shuffleSentences: false), seed: 1);
            var rows = stream.RowsPerPass;
            var planned = watch.Elapsed;
            for (var row = 0; row < rows; row++)
                stream.Next();
            return (peak.Bytes, $"{megabytes / scanned.TotalSeconds:f0} MB/s to read and count words, {megabytes / (built - scanned).TotalSeconds:f0} MB/s to train the tokenizer and tokenize, "
                + $"{rows:N0} rows planned in {(planned - built).TotalSeconds:f1} s and read in {(watch.Elapsed - planned).TotalSeconds:f1} s");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<Document> Documents(int megabytes)
    {
        var random = new Random(1);
        var text = new System.Text.StringBuilder();
        for (var left = megabytes * 1_000_000L; left > 0; left -= text.Length)
        {
            text.Clear();
            while (text.Length < CharactersPerDocument)
            {
                // Zipf's law: the rank's logarithm is uniform. One word in 300 is a new one.
                var rank = random.Next(300) == 0 ? random.NextInt64(1L << 40) : (long)Math.Exp(random.NextDouble() * Math.Log(200_000));
                AppendWord(text, rank);
            }

            yield return new Document(text.ToString(), $"source {left / 3000 % 100_000}");
        }
    }

    private static void AppendWord(System.Text.StringBuilder text, long rank)
    {
        text.Append(text.Length == 0 ? "" : " ");
        for (var rest = rank; ; rest /= 100)
        {
            text.Append("bcdfghjklmnprstvwxyz"[(int)(rest % 100 / 5)]).Append("aeiou"[(int)(rest % 5)]);
            if (rest < 100)
                return;
        }
    }

    /// <summary>The most memory above that at its making, looked at 50 times a second.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly long _before = Environment.WorkingSet;
        private readonly Timer _timer;
        private long _peak;

        public PeakMemory() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));

        public long Bytes
        {
            get
            {
                Look();
                return Math.Max(1, _peak - _before);
            }
        }

        public void Dispose() => _timer.Dispose();

        private void Look() => _peak = Math.Max(_peak, Environment.WorkingSet);
    }
}
