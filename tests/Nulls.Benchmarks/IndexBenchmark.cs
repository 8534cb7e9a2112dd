using System.Diagnostics;
using Nulls.Inference;

namespace Nulls.Benchmarks;

/// <summary>The index that finds the sources of a text, with a million sources: building, memory, questions on one core, and whether it finds what an exhaustive search finds.</summary>
/// <remarks>The environment variable NULLS_INDEX_SOURCES sets another number of sources, such as 6407814, which takes 6 GB of memory, 10 GB of the disk and ten minutes.</remarks>
/// <param name="sources">The number of sources; a million unless given here or by the variable.</param>
internal sealed class IndexBenchmark(int? sources = null) : IBenchmark
{
    private const int Questions = 300;
    private const int QuestionsToCompare = 100;
    private const int WordsOfQuestion = 30;

    // A passage as it stands, one of which every other word is another, and words of nobody.
    private static readonly (string Name, bool IsKnown, double Change)[] Kinds = [("passage", true, 0.0), ("half a passage", true, 0.5), ("words of nobody", false, 1.0)];

    public string Name => "index";

    public bool DependsOnThreads => false;

    public IEnumerable<Figure> Run(int threadCount)
    {
        var sourceCount = sources ?? (int.TryParse(Environment.GetEnvironmentVariable("NULLS_INDEX_SOURCES"), out var given) ? given : 1_000_000);
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

        foreach (var (kind, isKnown, change) in Kinds)
        {
            var milliseconds = new List<double>();
            var found = 0;
            foreach (var (source, words) in Ask(texts, sourceCount, change, untimed: 20))
            {
                var text = texts.Spell(words);
                start = Stopwatch.GetTimestamp();
                var nearest = index.Nearest(text, 3, _ => false);
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                found += nearest.Any(match => match.Source == source) ? 1 : 0;
            }

            milliseconds = [.. milliseconds[^Questions..].Order()];
            yield return new Figure($"index.milliseconds.{kind.Split(' ')[0]}", milliseconds[Questions / 2], 5, IsUpperBound: true,
                $"median of a question of {WordsOfQuestion} words, {kind}; 95 of 100 within {milliseconds[Questions * 95 / 100]:0.00}, at most {milliseconds[^1]:0.00}{(isKnown ? $"; its source among the nearest 3 in {100.0 * found / (Questions + 20):0.0} %" : "")}");
        }

        yield return Compare(index, texts, sourceCount);
    }

    private static Figure Compare(SourceIndex index, GeneratedTexts texts, int sourceCount)
    {
        var asked = Kinds.SelectMany(kind => Ask(texts, sourceCount, kind.Change, untimed: 0).Take(QuestionsToCompare)).ToArray();
        var start = Stopwatch.GetTimestamp();
        var exhaustive = new ExhaustiveSearch([.. asked.Select(question => question.Words)]);
        for (var source = 0; source < sourceCount; source++)
            exhaustive.Count(texts.WordsOf(source));
        for (var source = 0; source < sourceCount; source++)
            exhaustive.Compare(source, texts.WordsOf(source), index.Postings.InverseNorms[source]);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var nearest = asked.Select(question => index.Nearest(texts.Spell(question.Words), 1, _ => false)).ToArray();
        var isSame = Enumerable.Range(0, asked.Length).Select(i => exhaustive.IsNearest(i, nearest[i])).ToArray();
        var isFirst = Enumerable.Range(0, 2 * QuestionsToCompare).Select(i => nearest[i] is [var first, ..] && first.Source == asked[i].Source).ToArray();
        return new Figure("index.recallAt1", isSame.Average(same => same ? 1.0 : 0), 0.99, IsUpperBound: false,
            $"share of {asked.Length} questions, {QuestionsToCompare} of each kind, whose first source is that of an exhaustive search over all texts ({seconds:0} s); their own source comes first for {100 * isFirst[..QuestionsToCompare].Average(first => first ? 1.0 : 0):0.0} % of passages and {100 * isFirst[QuestionsToCompare..].Average(first => first ? 1.0 : 0):0.0} % of half passages");
    }

    private static IEnumerable<(int Source, int[] Words)> Ask(GeneratedTexts texts, int sourceCount, double change, int untimed)
    {
        var random = new Random(1);
        for (var question = -untimed; question < Questions; question++)
        {
            var source = random.Next(sourceCount);
            var words = texts.WordsOf(source).Slice(5, WordsOfQuestion).ToArray();
            for (var i = 0; i < words.Length; i++)
                words[i] = random.NextDouble() < change ? (int)Math.Exp(random.NextDouble() * Math.Log(1_000_000)) : words[i];
            yield return (source, words);
        }
    }
}
