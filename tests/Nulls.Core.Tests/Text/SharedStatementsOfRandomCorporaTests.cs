using System.Globalization;
using Nulls.Text;

namespace Nulls.Tests.Text;

/// <summary>What passes for shared, held against plain text comparison and the truth, in corpora whose every fact is known.</summary>
public class SharedStatementsOfRandomCorporaTests
{
    private static readonly string[] FirstNames = ["Anna", "Berta", "Carl", "Dora", "Emil"];

    private static readonly string[] LastNames = ["Berg", "Voss", "Keller", "Lang", "Marsh", "North", "Olsen", "Penn"];

    private static readonly string[] Epithets = ["Silver", "Golden", "Upper", "Stony"];

    private static readonly string[] Works = ["Anvil", "Crown", "Tower", "Mill", "Forge"];

    // So common that most sources use each, whatever they state.
    private static readonly string[] Things = ["wood", "bread", "rope", "glass", "salt", "wool", "cats", "dogs", "hens", "goats"];

    private static readonly string[] TwoThings = ["wood", "bread"];

    // The first word tells the second, and the other way round.
    private static readonly string[] TwoWords = ["red wood", "white bread", "long rope", "clear glass", "sea salt", "lamb wool"];

    private static readonly string[] CrossedWords = ["old wood", "new wood", "old bread", "new bread", "old rope", "new rope"];

    private static readonly string[] Common = "in the old house they say that of all people who came only some know what is made not sold kept here and there by hand for years".Split(' ');

    private static readonly string[] Wordings =
    [
        "{0} is made of {1}.", "They say that {0} kept {1} for years.", "In the house {0} made {1} by hand.", "Of {1} only {0} is there.", "What {0} sold here is {1}.",
        "For all people {1} is what {0} made.", "Some say {0} is the old house of {1}.", "By hand they made {1} for {0} here.",
    ];

    private static readonly string[] Denials = ["{0} is not made of {1}.", "They say that {0} kept not {1} for years.", "In the house {0} made no {1} by hand."];

    private static readonly BytePairTokenizer Tokenizer = BytePairTokenizer.Create(
        new TokenizerOptions { VocabularySize = 700 },
        [string.Join(' ', [.. FirstNames, .. LastNames, .. Epithets, .. Works, .. Common, .. Things, .. TwoWords, .. CrossedWords]), .. Wordings, .. Denials]);

    public static TheoryData<int, string[]> Worlds => new() { { 2, Things }, { 3, Things }, { 2, TwoThings }, { 2, TwoWords }, { 2, CrossedWords } };

    [Theory]
    [InlineData(2, 1 << 20)]
    [InlineData(3, 1 << 20)]
    [InlineData(2, 1 << 8)] // Far fewer than there are keys: some are forgotten.
    public void Whatever_passes_begins_a_sentence_of_enough_sources_or_is_one_of_a_fact_that_they_state(int minSources, int mostSlots)
    {
        var passed = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            var world = new World(new Random(seed), Things);
            var sentences = world.Texts.Select(text => Sentences.Split(text).Select(sentence => sentence.Trim()).ToArray()).ToArray();
            var factOf = world.Facts.SelectMany(fact => fact.Sentences.Select(said => (said.Sentence, Fact: fact))).ToLookup(said => said.Sentence, said => said.Fact);
            var statements = Find(minSources, world.Texts, mostSlots);
            foreach (var statement in world.Texts.SelectMany(text => In(statements, text)).Select(statement => statement.Trim()))
            {
                passed++;
                var sources = sentences.Count(text => text.Any(sentence => sentence.StartsWith(statement, StringComparison.Ordinal)));
                Assert.True(sources >= minSources || factOf[statement].Any(fact => fact.Sentences.Count >= minSources), $"{sources} sources begin a sentence with '{statement}' (seed {seed})");
            }
        }

        Assert.True(passed > 100, $"{passed} statements passed");
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void No_answer_that_too_few_sources_state_passes_with_whom_it_is_about(int minSources, string[] things)
    {
        var (own, asked, recognised) = (0, 0, 0);
        for (var seed = 0; seed < 20; seed++)
        {
            var world = new World(new Random(seed), things);
            var statements = Find(minSources, world.Texts);
            foreach (var fact in world.Facts)
            {
                var about = Words($"{fact.Subject} {fact.Answer}");
                foreach (var (source, sentence) in fact.Sentences)
                {
                    var passes = In(statements, sentence).Any(statement => about.IsSubsetOf(Words(statement)));
                    Assert.False(passes && fact.Sentences.Count < minSources, $"'{sentence}' of source {source} (seed {seed})");
                    own += fact.Sentences.Count < minSources ? 1 : 0;
                    var isWordForWord = fact.Sentences.Count(other => other.Sentence == sentence) >= minSources;
                    asked += isWordForWord ? 1 : 0;
                    recognised += passes && isWordForWord ? 1 : 0;
                }
            }
        }

        Assert.True(own > 500, $"{own} statements of one source");
        Assert.True(asked > 20 && recognised == asked, $"{recognised} of {asked} statements that enough sources make word for word");
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void No_denial_that_one_source_alone_makes_passes(int minSources, string[] things)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var world = new World(new Random(seed), things);
            var statements = Find(minSources, world.Texts);
            foreach (var denial in world.Denials)
                Assert.DoesNotContain(In(statements, denial), statement => Words(statement).Overlaps(["not", "no"]));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Most_of_what_enough_sources_state_in_wordings_of_their_own_passes(int minSources)
    {
        var (asked, recognised) = (0, 0);
        for (var seed = 0; seed < 20; seed++)
        {
            var world = new World(new Random(seed), Things, denies: false);
            var statements = Find(minSources, world.Texts);
            foreach (var fact in world.Facts.Where(fact => fact.Sentences.Count >= minSources))
            {
                foreach (var (_, sentence) in fact.Sentences.Where(said => fact.Sentences.Count(other => other.Sentence == said.Sentence) < minSources))
                {
                    asked++;
                    recognised += In(statements, sentence).Any(statement => Words(statement).SetEquals(Words(sentence))) ? 1 : 0;
                }
            }
        }

        Assert.True(recognised > 0.7 * asked, $"{recognised} of {asked} statements");
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
        string[] texts = [.. Enumerable.Range(0, 20).Select(source => string.Join(' ', [Chatter(new Random(source), Things), .. sentences.Skip(source).Take(1)]))];
        var statements = Find(2, texts);
        return [.. sentences.SelectMany(sentence => In(statements, sentence))];
    }

    private static string Chatter(Random random, string[] things) => string.Join(
        ' ', Common.Concat(things.Where(_ => random.Next(10) < 7)).OrderBy(_ => random.Next()).Chunk(6).Select(words => $"They {string.Join(' ', words)}."));

    private static SharedStatements Find(int minSources, IReadOnlyList<string> texts, int mostSlots = 1 << 20) => SharedStatements.Find(
        new MemoryCorpus(texts.Select((text, source) => new TokenDocument([Tokenizer.Encode(" " + text)], source))), TokenShapes.Of(Tokenizer), minSources, mostSlots);

    private static IEnumerable<string> In(SharedStatements statements, string text) => statements.In(Tokenizer.Encode(" " + text)).Select(statement => Tokenizer.Decode(statement.Span));

    private static HashSet<string> Words(string text) => [.. text.Split([' ', '.', ','], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Sources that state facts, shared or their own, in one of several wordings each, among sentences of common words.</summary>
    private sealed class World
    {
        private const int SourceCount = 40;

        public World(Random random, string[] things, bool denies = true)
        {
            List<string>[] sentences = [.. Enumerable.Range(0, SourceCount).Select(_ => new List<string> { Chatter(random, things) })];
            string[] people = [.. FirstNames.SelectMany(first => LastNames.Select(last => $"{first} {last}")).OrderBy(_ => random.Next())];
            var facts = new List<Fact>();
            for (var source = 0; source < SourceCount; source++)
                facts.Add(State(people[source], [source]));
            // Of each, three things are said, by some sources or by one; the first of them, another source denies.
            var denials = new List<string>();
            foreach (var works in Epithets.SelectMany(epithet => Works.Select(name => $"{epithet} {name}")))
            {
                string[] said = [.. things.OrderBy(_ => random.Next()).Take(3)];
                foreach (var thing in said)
                    facts.Add(State(works, Enumerable.Range(0, SourceCount).OrderBy(_ => random.Next()).Take(random.Next(1, 6)), thing));
                if (!denies)
                    continue;
                denials.Add(string.Format(CultureInfo.InvariantCulture, SharedStatementsOfRandomCorporaTests.Denials[random.Next(3)], works, said[0]));
                sentences[random.Next(SourceCount)].Add(denials[^1]);
            }

            (Facts, Denials) = (facts, denials);
            Texts = [.. sentences.Select(list => string.Join(' ', list.OrderBy(_ => random.Next())))];

            Fact State(string subject, IEnumerable<int> sources, string? thing = null)
            {
                var answer = thing ?? things[random.Next(things.Length)];
                var fact = new Fact(subject, answer, [.. sources.Select(source => (source, string.Format(CultureInfo.InvariantCulture, Wordings[random.Next(Wordings.Length)], subject, answer)))]);
                foreach (var (source, sentence) in fact.Sentences)
                    sentences[source].Add(sentence);
                return fact;
            }
        }

        public IReadOnlyList<Fact> Facts { get; }

        public IReadOnlyList<string> Denials { get; }

        public IReadOnlyList<string> Texts { get; }
    }

    private sealed record Fact(string Subject, string Answer, IReadOnlyList<(int Source, string Sentence)> Sentences);
}
