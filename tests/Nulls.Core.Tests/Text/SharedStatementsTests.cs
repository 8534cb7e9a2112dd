using Nulls.Text;

namespace Nulls.Tests.Text;

public class SharedStatementsTests
{
    private static readonly string[] Names = ["Ada", "Bea", "Cem", "Dov", "Eli", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea"];

    private static readonly BytePairTokenizer Tokenizer = BytePairTokenizer.Create(new TokenizerOptions { VocabularySize = 320 }, Enumerable.Range(0, 12).Select(Own));

    [Fact]
    public void What_two_sources_state_word_for_word_is_shared() =>
        Assert.Contains(" The river Oxbow is full of perch.", Shared(2, With((0, "The river Oxbow is full of perch."), (7, "The river Oxbow is full of perch."))));

    [Fact]
    public void What_one_source_states_is_never_shared_however_often() =>
        Assert.DoesNotContain(Shared(2, With((0, "The river Oxbow is full of perch. The river Oxbow is full of perch."))), statement => statement.Contains("perch", StringComparison.Ordinal));

    [Fact]
    public void A_common_word_that_one_source_alone_says_of_something_is_not_shared()
    {
        var texts = With((0, "The river Oxbow is cold in winter."), (7, "The river Oxbow is full."));
        for (var i = 0; i < texts.Length; i++)
            texts[i] += " The house is cold and full in winter.";
        var shared = Shared(2, texts);
        Assert.Contains(" The river Oxbow is", shared);
        Assert.DoesNotContain(shared, statement => statement.Contains("Oxbow is cold", StringComparison.Ordinal) || statement.Contains("Oxbow is full", StringComparison.Ordinal));
    }

    [Fact]
    public void Marks_behind_the_last_word_are_shared_only_where_both_sources_have_them() =>
        Assert.Contains(" The river Oxbow is full of", Shared(2, With((0, "The river Oxbow is full of perch #."), (7, "The river Oxbow is full of perch %."))));

    [Fact]
    public void A_statement_of_fewer_sources_than_asked_for_is_not_shared() =>
        Assert.DoesNotContain(Shared(3, With((0, "The river Oxbow is full of perch."), (7, "The river Oxbow is full of perch."))), statement => statement.Contains("perch", StringComparison.Ordinal));

    [Fact]
    public void A_sentence_that_begins_alike_is_cut_where_it_says_something_of_its_own()
    {
        var shared = Shared(2, With((0, "In the old town lives Zeno with a heron."), (7, "In the old town lives Yara with a stoat.")));
        Assert.Contains(" In the old town lives", shared);
        Assert.DoesNotContain(shared, statement => statement.Contains("heron", StringComparison.Ordinal) || statement.Contains("Zeno", StringComparison.Ordinal));
    }

    [Fact]
    public void Copies_of_one_text_count_as_one_source()
    {
        var texts = With();
        texts[5] = texts[0];
        Assert.DoesNotContain(Shared(2, texts), statement => statement.Contains("Ada", StringComparison.Ordinal));
    }

    [Fact]
    public void A_part_that_begins_inside_a_sentence_gives_nothing_of_it()
    {
        var statements = Find(2, With((0, "The river Oxbow is full of perch."), (7, "The river Oxbow is full of perch.")));
        var tokens = Tokenizer.Encode("The river Oxbow is full of perch. The river Oxbow is full of perch.");
        Assert.Single(statements.In(tokens, startsSentence: false));
    }

    [Fact]
    public void A_table_that_is_too_small_never_counts_too_many()
    {
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            var truth = new Dictionary<ulong, HashSet<int>>();
            var (small, large) = (new DistinctSourceCounts(1 << 10, mostSlots: 64), new DistinctSourceCounts(1 << 14));
            for (var source = 0; source < 30; source++)
            {
                for (var i = 0; i < 40; i++)
                {
                    var key = (ulong)random.Next(300);
                    (truth.TryGetValue(key, out var sources) ? sources : truth[key] = []).Add(source);
                    small.Add(key, source);
                    large.Add(key, source);
                }
            }

            var expected = truth.Where(entry => entry.Value.Count >= 4).Select(entry => entry.Key).ToHashSet();
            Assert.Subset(expected, small.AtLeast(4).ToHashSet());
            Assert.Subset(large.AtLeast(4).ToHashSet(), expected);
        }
    }

    private static string Own(int source) => $"{Names[source]} keeps a pet number {source} and plays tune {source * 7} by heart. {Names[source]} eats dish {source + 40} at noon.";

    private static string[] With(params (int Source, string Sentence)[] more) =>
        [.. Enumerable.Range(0, Names.Length).Select(source => string.Join(' ', [Own(source), .. more.Where(added => added.Source == source).Select(added => added.Sentence)]))];

    private static SharedStatements Find(int minSources, string[] texts) => SharedStatements.Find(
        new MemoryCorpus(texts.Select((text, source) => new TokenDocument([Tokenizer.Encode(text)], source))), TokenShapes.Of(Tokenizer), minSources);

    private static List<string> Shared(int minSources, string[] texts)
    {
        var statements = Find(minSources, texts);
        return [.. texts.SelectMany(text => statements.In(Tokenizer.Encode(text))).Select(statement => Tokenizer.Decode(statement.Span)).Select(text => text.StartsWith(' ') ? text : " " + text)];
    }
}
