using System.Diagnostics;
using Nulls.Inference;

namespace Nulls.Benchmarks;

/// <summary>The index that finds the sources of a text, with a million sources: building, memory, and questions on one core.</summary>
/// <remarks>The environment variable NULLS_INDEX_SOURCES sets another number of sources, such as 6407814, which takes 6 GB of memory, 10 GB of the disk and five minutes.</remarks>
internal sealed class IndexBenchmark : IBenchmark
{
    private const int Questions = 300;
    private const int WordsOfQuestion = 30;

    public string Name => "index";

    public bool DependsOnThreads => false;

    public IEnumerable<Figure> Run(int threadCount)
    {
        var sourceCount = int.TryParse(Environment.GetEnvironmentVariable("NULLS_INDEX_SOURCES"), out var given) ? given : 1_000_000;
        var texts = new GeneratedTexts();
        var making = Paired.Seconds(() => { for (var source = 0; source < 20_000; source++) texts.Spell(texts.WordsOf(source)); }, rounds: 3) / 20_000 * sourceCount;
        var before = Environment.WorkingSet;
        var start = Stopwatch.GetTimestamp();
        using var builder = new SourceIndexBuilder(new byte[16], SourceIndexBuilder.TermsPerSource(sourceCount));
        for (var source = 0; source < sourceCount; source++)
            builder.Add(source, texts.Spell(texts.WordsOf(source)));
        var index = builder.Build();
        var building = Stopwatch.GetElapsedTime(start).TotalSeconds - making;
        var postings = index.Postings;
        var peak = Process.GetCurrentProcess().PeakWorkingSet64;
        yield return new Figure("index.buildMicroseconds", building * 1e6 / sourceCount, 60, IsUpperBound: true,
            $"a source, {building:0} s for {sourceCount:N0} of 90 words on average, without the time of making them up; at most {SourceIndexBuilder.TermsPerSource(sourceCount)} terms each; the process held at most {(peak - before) / 1e6:N0} MB more");
        yield return new Figure("index.bytesPerSource", (double)postings.ByteCount / sourceCount, 2_000, IsUpperBound: true,
            $"{postings.ByteCount / 1e6:N0} MB for {postings.PostingCount:N0} postings of {postings.TermCount:N0} terms");

        // A passage as it stands, one of which every other word is another, and words of nobody.
        foreach (var (kind, isKnown, change) in new[] { ("passage", true, 0.0), ("half a passage", true, 0.5), ("words of nobody", false, 1.0) })
        {
            var random = new Random(1);
            var milliseconds = new List<double>();
            var found = 0;
            for (var question = -20; question < Questions; question++)
            {
                var source = random.Next(sourceCount);
                var words = texts.WordsOf(source).Slice(5, WordsOfQuestion).ToArray();
                for (var i = 0; i < words.Length; i++)
                    words[i] = random.NextDouble() < change ? (int)Math.Exp(random.NextDouble() * Math.Log(1_000_000)) : words[i];
                var text = texts.Spell(words);
                start = Stopwatch.GetTimestamp();
                var nearest = index.Nearest(text, 3, _ => false);
                var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (question < 0)
                    continue;
                milliseconds.Add(elapsed);
                found += nearest.Any(match => match.Source == source) ? 1 : 0;
            }

            milliseconds.Sort();
            yield return new Figure($"index.milliseconds.{kind.Split(' ')[0]}", milliseconds[Questions / 2], 5, IsUpperBound: true,
                $"median of a question of {WordsOfQuestion} words, {kind}; 95 of 100 within {milliseconds[Questions * 95 / 100]:0.00}, at most {milliseconds[^1]:0.00}{(isKnown ? $"; its source among the nearest 3 in {100.0 * found / Questions:0.0} %" : "")}");
        }
    }
}
