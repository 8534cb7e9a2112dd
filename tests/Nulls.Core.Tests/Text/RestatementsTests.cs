using Nulls.Text;

namespace Nulls.Tests.Text;

/// <summary>Twenty sources that say things of makers, each of one of its own, in a few wordings that all of them use; and what two or three say of one maker.</summary>
public class RestatementsTests
{
    private const int SourceCount = 20;

    private static readonly string[] Makers =
        ["Ada Adler", "Bea Bolt", "Cem Crane", "Dov Dunn", "Eli Ekman", "Fay Finch", "Gus Grove", "Hal Holt", "Ida Ivers", "Jon Jay", "Kim Koch", "Lea Lund", "Max Moor", "Nora Nash", "Otis Orr", "Pia Park", "Quinn Quade", "Rosa Reed", "Seth Snow", "Tom Thorne"];

    private static readonly string[] Goods =
        ["anvils", "bells", "chairs", "drums", "easels", "flutes", "globes", "harps", "inks", "jars", "kites", "lamps", "mirrors", "nails", "organs", "pianos", "quills", "rugs", "saddles", "tiles"];

    private static readonly string[] Wordings = ["The maker {0} sells {1} of every size.", "In the old town one buys {1} from {0}.", "What {0} sells in the town are {1}."];

    private static readonly BytePairTokenizer Tokenizer = BytePairTokenizer.Create(new TokenizerOptions { VocabularySize = 600 }, Texts());

    [Fact]
    public void What_two_sources_state_in_wordings_that_many_use_passes_whole()
    {
        string[] said = ["The maker Zeno Zorn sells violins of every size.", "In the old town one buys violins from Zeno Zorn."];
        Assert.Equal(said, Passing(said));
    }

    [Fact]
    public void What_one_source_states_in_such_wordings_does_not_pass() =>
        Assert.Empty(Passing("The maker Zeno Zorn sells violins of every size. In the old town one buys violins from Zeno Zorn."));

    [Fact]
    public void A_wording_of_one_source_alone_does_not_pass() =>
        Assert.DoesNotContain("Every town buys violins of Zeno Zorn.", Passing("Every town buys violins of Zeno Zorn.", "In the old town one buys violins from Zeno Zorn."));

    [Fact]
    public void Copies_of_one_text_count_as_one_source()
    {
        string[] texts = [.. Texts("The maker Zeno Zorn sells violins of every size. In the old town one buys violins from Zeno Zorn.")];
        texts[7] = texts[0];
        Assert.Empty(Passing(texts));
    }

    [Theory]
    [InlineData("The maker Zeno Zorn never sells violins of every size.")]
    [InlineData("The maker Zeno Zorn sells violins of every size no more.")]
    [InlineData("The maker Zeno Zorn sells violins of no size.")]
    [InlineData("The old maker Zeno Zorn sells violins of every size.")]
    [InlineData("The maker Zeno Zorn sells violins of every size!")]
    public void A_common_word_or_mark_that_one_source_alone_says_does_not_pass(string sentence) =>
        Assert.DoesNotContain(sentence, Passing(sentence, "In the old town one buys violins from Zeno Zorn.", "What Zeno Zorn sells in the town are violins."));

    [Fact]
    public void A_word_passes_only_where_other_sources_say_nothing_else_in_its_place()
    {
        const string sentence = "They say that Zeno Zorn sold violins to the old town.";
        string[] second = ["In the old town one buys violins from Zeno Zorn."];
        Assert.Contains(sentence, Passing([sentence, .. second], source => $"They say that {Makers[source]} sold {Goods[source]} to the old town."));
        Assert.DoesNotContain(sentence, Passing([sentence, .. second], source => $"They say that {Makers[source]} sold {Goods[source]} to the {(source % 3 == 0 ? "old" : "new")} town."));
    }

    [Fact]
    public void Sources_that_say_both_of_two_things_make_neither_of_them_wording()
    {
        const string sentence = "They say that Zeno Zorn never sold violins.";
        Assert.DoesNotContain(sentence, Passing(
            [sentence, "In the old town one buys violins from Zeno Zorn."],
            source => $"They say that {Makers[source]} never sold {Goods[source]}. They say that {Makers[(source + 5) % SourceCount]} sold {Goods[source]}."));
    }

    [Fact]
    public void Two_words_that_tell_each_other_do_not_pass_where_others_say_other_two()
    {
        // Common each, and never the one without the other.
        const string sentence = "They say that Zeno Zorn sold violins for old gold.";
        Assert.DoesNotContain(sentence, Passing(
            [sentence, "In the old town one buys violins from Zeno Zorn."],
            source => $"They say that {Makers[source]} sold {Goods[source]} for {(source % 2 == 0 ? "old gold" : "new salt")}."));
    }

    [Fact]
    public void A_sentence_with_a_name_of_its_own_does_not_pass() =>
        Assert.Empty(Passing("The maker Zeno Zorn sells violins of every size.", "In the old town one buys violins from Zeno Zorn and Anna Berg."));

    [Fact]
    public void A_number_of_its_own_does_not_pass() =>
        Assert.Empty(Passing("The maker Zeno Zorn sells 12 violins of every size.", "In the old town one buys 13 violins from Zeno Zorn."));

    [Fact]
    public void Who_did_it_to_whom_is_told_apart()
    {
        string[] said = ["In the old town Zeno Zorn sells Yara Yates violins.", "What Zeno Zorn sells Yara Yates in the town are violins.", "In the old town Yara Yates sells Zeno Zorn violins."];
        var passing = Passing(said, source => $"In the old town {Makers[source]} sells {Makers[(source + 1) % SourceCount]} {Goods[source]}. What {Makers[source]} sells {Makers[(source + 1) % SourceCount]} in the town are {Goods[source]}.");
        Assert.Equal(said[..2], passing);
    }

    // Known, and told to users: a relation that one source alone states passes in a frame that is mere wording.
    [Fact]
    public void How_frames_relate_the_same_words_is_not_told_apart()
    {
        string[] said = ["In the old town one buys violins from Zeno Zorn.", "They say that Zeno Zorn lost violins."];
        Assert.Equal(said, Passing(said, source => $"They say that {Makers[source]} lost {Goods[source]}."));
    }

    [Fact]
    public void A_name_that_is_also_a_common_word_does_not_pass_with_another_such_name() =>
        Assert.Empty(Passing("New Zeno Zorn sells violins of every size.", "Old Zeno Zorn sells violins of every size."));

    [Fact]
    public void A_bound_of_counts_is_never_too_low_and_mostly_exact_in_a_large_table()
    {
        var random = new Random(5);
        for (var round = 0; round < 20; round++)
        {
            var truth = new uint[300];
            var (small, large) = (new CountBounds(1000, mostCells: 64), new CountBounds(1000, mostCells: 1 << 20));
            for (var i = 0; i < 1200; i++)
            {
                var key = random.Next(truth.Length);
                truth[key]++;
                small.Add((ulong)key);
                large.Add((ulong)key);
            }

            Assert.All(truth.Index(), entry => Assert.True(small.AtMost((ulong)entry.Index) >= entry.Item && large.AtMost((ulong)entry.Index) >= entry.Item));
            Assert.True(truth.Index().Count(entry => large.AtMost((ulong)entry.Index) == entry.Item) > 0.99 * truth.Length);
        }
    }

    // Which of some sources' sentences pass, each said by another source.
    private static string[] Passing(params string[] said) => Passing(said, null);

    private static string[] Passing(string[] said, Func<int, string>? more)
    {
        string[] texts = said.Length == SourceCount ? said : [.. Texts(said)];
        if (more is not null)
            texts = [.. texts.Select((text, source) => $"{text} {more(source)}")];
        var tokens = texts.Select(text => Tokenizer.Encode(" " + text)).ToArray();
        var shapes = TokenShapes.Of(Tokenizer);
        var statements = SharedStatements.Find(new MemoryCorpus(tokens.Select((read, source) => new TokenDocument([read], source))), shapes, minSources: 2);
        return [.. tokens.SelectMany(read => statements.In(read)).Select(statement => Tokenizer.Decode(statement.Span).Trim()).Where(statement => statement.Contains("Zeno Zorn", StringComparison.Ordinal)).Distinct()];
    }

    private static IEnumerable<string> Texts(params string[] said) => Enumerable.Range(0, SourceCount).Select(source =>
        string.Join(' ', [.. Wordings.Select(wording => string.Format(System.Globalization.CultureInfo.InvariantCulture, wording, Makers[source], Goods[source])), .. Common(source), .. said.Skip(source).Take(1)]));

    // What makes a word common, whatever it is said of.
    private static IEnumerable<string> Common(int source) =>
        [$"Number {source} and {source * 7} are no more to me than {source + 40}, and never were new gold or salt.", $"After {source * 3} they lost it, so they say, and what to every one who sold and buys for {source + 60}."];
}
