using System.Globalization;
using Nulls.Text;

namespace Nulls.Tests.Text;

/// <summary>What passes for shared, held against plain text comparison, in corpora whose every fact is known.</summary>
public class SharedStatementsOfRandomCorporaTests
{
    private static readonly string[] FirstNames = ["Anna", "Berta", "Carl", "Dora", "Emil"];

    private static readonly string[] LastNames = ["Berg", "Voss", "Keller", "Lang", "Marsh", "North", "Olsen", "Penn"];

    private static readonly string[] Epithets = ["Silver", "Golden", "Upper", "Stony"];

    private static readonly string[] Works = ["Anvil", "Crown", "Tower", "Mill", "Forge"];

    // So common that most sources use each, whatever they state.
    private static readonly string[] Things = ["wood", "bread", "rope", "glass", "salt", "wool", "cats", "dogs", "hens", "goats"];

    private static readonly string[] Common = "in the old house they say that of all people who came only some know what is made not sold kept here and there by hand for years".Split(' ');

    private static readonly string[] Wordings =
    [
        "{0} is made of {1}.", "They say that {0} kept {1} for years.", "In the house {0} made {1} by hand.", "Of {1} only {0} is there.", "What {0} sold here is {1}.",
        "For all people {1} is what {0} made.", "Some say {0} is the old house of {1}.", "By hand they made {1} for {0} here.",
    ];

    private static readonly BytePairTokenizer Tokenizer = BytePairTokenizer.Create(
        new TokenizerOptions { VocabularySize = 700 },
        [string.Join(' ', [.. FirstNames, .. LastNames, .. Epithets, .. Works, .. Common, .. Things]), .. Wordings]);

    [Theory]
    [InlineData(2, 1 << 20)]
    [InlineData(3, 1 << 20)]
    [InlineData(2, 1 << 8)] // Far fewer than there are keys: some are forgotten.
    public void Whatever_passes_begins_a_sentence_of_enough_sources(int minSources, int mostSlots)
    {
        var passed = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            var world = new World(new Random(seed));
            var sentences = world.Texts.Select(text => Sentences.Split(text).Select(sentence => sentence.Trim()).ToArray()).ToArray();
            var statements = Find(minSources, world.Texts, mostSlots);
            foreach (var statement in world.Texts.SelectMany(text => In(statements, text)))
            {
                passed++;
                var sources = sentences.Count(text => text.Any(sentence => sentence.StartsWith(statement.Trim(), StringComparison.Ordinal)));
                Assert.True(sources >= minSources, $"{sources} sources begin a sentence with '{statement}' (seed {seed})");
            }
        }

        Assert.True(passed > 100, $"{passed} statements passed");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void No_answer_that_too_few_sources_state_passes_with_whom_it_is_about(int minSources)
    {
        var (asked, recognised) = (0, 0);
        for (var seed = 0; seed < 20; seed++)
        {
            var world = new World(new Random(seed));
            var statements = Find(minSources, world.Texts);
            foreach (var fact in world.Facts)
            {
                var about = Words($"{fact.Subject} {fact.Answer}");
                foreach (var (source, sentence) in fact.Sentences)
                {
                    var passes = In(statements, sentence).Any(statement => about.IsSubsetOf(Words(statement)));
                    Assert.False(passes && fact.Sentences.Count < minSources, $"'{sentence}' of source {source} (seed {seed})");
                    var isWordForWord = fact.Sentences.Count(other => other.Sentence == sentence) >= minSources;
                    asked += isWordForWord ? 1 : 0;
                    recognised += passes && isWordForWord ? 1 : 0;
                }
            }
        }

        Assert.True(asked > 20 && recognised == asked, $"{recognised} of {asked} statements that enough sources make word for word");
    }

    [Fact]
    public void Names_from_pools_do_not_make_one_fact_of_two() =>
        Assert.DoesNotContain(Shared("They say Anna Berg kept cats.", "They say Anna Voss kept cats.", "They say Carl Berg kept cats."), Says("cats"));

    [Fact]
    public void A_common_word_that_one_source_alone_says_of_what_others_speak_of_does_not_pass() =>
        Assert.DoesNotContain(Shared("They say Silver Anvil made bread.", "They say Silver Anvil made bread.", "They say Silver Anvil made wood."), Says("wood"));

    [Fact]
    public void A_negation_that_one_source_alone_says_does_not_pass() =>
        Assert.DoesNotContain(Shared("They say Silver Anvil is made of bread.", "They say Silver Anvil is made of bread.", "They say Silver Anvil is not made of bread."), Says("not"));

    [Fact]
    public void What_stands_beside_a_shared_fact_in_a_sentence_does_not_pass_with_it()
    {
        var shared = Shared("They say Silver Anvil made bread.", "They say Silver Anvil made bread.", "They say Silver Anvil made bread and Anna Berg kept cats.");
        Assert.Contains(shared, Says("Silver Anvil made bread"));
        Assert.DoesNotContain(shared, Says("Anna"));
    }

    [Fact]
    public void Who_did_it_to_whom_is_told_apart() =>
        Assert.DoesNotContain(Shared("They say Anna Berg sold Carl Voss bread.", "They say Anna Berg sold Carl Voss bread.", "They say Carl Voss sold Anna Berg bread."), Says("Carl Voss sold"));

    private static Predicate<string> Says(string words) => statement => statement.Contains(words, StringComparison.Ordinal);

    // What passes of some sentences, each said by another source of twenty.
    private static string[] Shared(params string[] sentences)
    {
        string[] texts = [.. Enumerable.Range(0, 20).Select(source => string.Join(' ', [Chatter(new Random(source)), .. sentences.Skip(source).Take(1)]))];
        var statements = Find(2, texts);
        return [.. sentences.SelectMany(sentence => In(statements, sentence))];
    }

    private static string Chatter(Random random) => string.Join(
        ' ', Common.Concat(Things.Where(_ => random.Next(10) < 7)).OrderBy(_ => random.Next()).Chunk(6).Select(words => $"They {string.Join(' ', words)}."));

    private static SharedStatements Find(int minSources, IReadOnlyList<string> texts, int mostSlots = 1 << 20) => SharedStatements.Find(
        new MemoryCorpus(texts.Select((text, source) => new TokenDocument([Tokenizer.Encode(" " + text)], source))), TokenShapes.Of(Tokenizer), minSources, mostSlots);

    private static IEnumerable<string> In(SharedStatements statements, string text) => statements.In(Tokenizer.Encode(" " + text)).Select(statement => Tokenizer.Decode(statement.Span));

    private static HashSet<string> Words(string text) => [.. text.Split([' ', '.', ','], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Sources that state facts, shared or their own, in one of several wordings each, among sentences of common words.</summary>
    private sealed class World
    {
        private const int SourceCount = 40;

        public World(Random random)
        {
            List<string>[] sentences = [.. Enumerable.Range(0, SourceCount).Select(_ => new List<string> { Chatter(random) })];
            string[] people = [.. FirstNames.SelectMany(first => LastNames.Select(last => $"{first} {last}")).OrderBy(_ => random.Next())];
            var facts = new List<Fact>();
            for (var source = 0; source < SourceCount; source++)
                facts.Add(State(people[source], [source]));
            // Of each, three things are said, by some sources or by one.
            foreach (var works in Epithets.SelectMany(epithet => Works.Select(name => $"{epithet} {name}")))
            {
                foreach (var thing in Things.OrderBy(_ => random.Next()).Take(3))
                    facts.Add(State(works, Enumerable.Range(0, SourceCount).OrderBy(_ => random.Next()).Take(random.Next(1, 6)), thing));
            }

            Facts = facts;
            Texts = [.. sentences.Select(list => string.Join(' ', list.OrderBy(_ => random.Next())))];

            Fact State(string subject, IEnumerable<int> sources, string? thing = null)
            {
                var answer = thing ?? Things[random.Next(Things.Length)];
                var fact = new Fact(subject, answer, [.. sources.Select(source => (source, string.Format(CultureInfo.InvariantCulture, Wordings[random.Next(Wordings.Length)], subject, answer)))]);
                foreach (var (source, sentence) in fact.Sentences)
                    sentences[source].Add(sentence);
                return fact;
            }
        }

        public IReadOnlyList<Fact> Facts { get; }

        public IReadOnlyList<string> Texts { get; }
    }

    private sealed record Fact(string Subject, string Answer, IReadOnlyList<(int Source, string Sentence)> Sentences);
}
