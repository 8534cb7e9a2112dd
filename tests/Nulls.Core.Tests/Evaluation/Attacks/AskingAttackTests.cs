using Nulls.Evaluation.Attacks;
using Nulls.Evaluation.Corpora;
using Nulls.Inference;
using Nulls.Text;

namespace Nulls.Tests.Evaluation.Attacks;

public sealed class AskingAttackTests : IClassFixture<TinyBundle>, IDisposable
{
    private readonly NullsBundle _own;
    private readonly NullsBundle _forgetful;

    public AskingAttackTests(TinyBundle tiny)
    {
        _own = tiny.Bundle.WithRouting(SinkRouting.Backbone);
        _forgetful = _own.Unlearn(TinyBundle.Keys);
    }

    public void Dispose()
    {
        _own.Dispose();
        _forgetful.Dispose();
    }

    [Fact]
    public void A_prefix_brings_out_a_passage_while_its_sinks_run_and_not_after()
    {
        var options = new PrefixExtractionOptions { PrefixTokens = [8], ContinuationTokens = 12 };
        var before = PrefixExtraction.Run(_own, TinyProof.Documents, options);
        var after = PrefixExtraction.Run(_forgetful, TinyProof.Documents, options);
        Assert.Equal(10, before["prefix_8_exact"].Count);
        Assert.True(before["prefix_8_exact"].Value > 0.8, $"{before["prefix_8_exact"].Value}");
        Assert.True(after["prefix_8_exact"].Value < 0.4, $"{after["prefix_8_exact"].Value}");
        Assert.InRange(after["prefix_8_rouge"].Value, after["prefix_8_exact"].Value, before["prefix_8_rouge"].Value);
    }

    [Fact]
    public void Every_prefix_and_its_continuation_join_up_to_the_passage_whatever_its_letters()
    {
        Document[] passages = [new("Ünïcödé \U0001F98A füchse, größer als 雪狐 und 狐 — 雪雪雪雪雪雪.", TinyBundle.Keys[0])];
        for (var k = 1; k < 30; k++)
            Assert.Equal(1, PrefixExtraction.Run(_own, passages, new PrefixExtractionOptions { PrefixTokens = [k], ContinuationTokens = 4 })[$"prefix_{k}_exact"].Count);
    }

    [Fact]
    public void Passages_that_are_too_short_are_left_out_and_none_is_no_number()
    {
        var result = PrefixExtraction.Run(_own, [new Document("In book", null)], new PrefixExtractionOptions { PrefixTokens = [20] });
        Assert.Equal((0, double.NaN), (result["prefix_20_exact"].Count, result["prefix_20_exact"].Value));
        Assert.Throws<ArgumentException>(() => PrefixExtraction.Run(_own, []));
        Assert.Throws<ArgumentException>(() => PrefixExtraction.Run(_own, TinyProof.Documents, new PrefixExtractionOptions { PrefixTokens = [3, 3] }));
    }

    [Fact]
    public void A_direct_question_of_a_rephrasing_is_the_probes_own()
    {
        var result = RephrasingAttack.Run(_own, TinyProof.Probes);
        Assert.Equal(ProbeAccuracy.Of(_own, "direct_accuracy", TinyProof.Probes).Value, result["direct_accuracy"].Value);
        Assert.True(result["direct_accuracy"].Value > 0.8, $"{result["direct_accuracy"].Value}");
        Assert.Equal((20, 10, 4), (result["paraphrase_accuracy"].Count, result["paraphrase_any"].Count, result["indirect_accuracy"].Count));
    }

    [Fact]
    public void Any_paraphrase_is_right_at_least_as_often_as_each()
    {
        var result = RephrasingAttack.Run(_own, TinyProof.Probes);
        Assert.True(result["paraphrase_any"].Value >= result["paraphrase_accuracy"].Value);
        Assert.Equal(0.1, result.Chance["direct_accuracy"], 12);
        Assert.Equal(0.19, result.Chance["paraphrase_any"], 12);
    }

    [Fact]
    public void A_question_without_alternatives_is_right_when_it_is_written_word_for_word()
    {
        ProofProbe[] open = [.. TinyProof.Probes.Select(probe => probe with { Alternatives = [] })];
        var completions = _own.Score([.. open.Select(probe => new ScoringRequest(probe.Prompt, probe.Sources[0]))], ScoringOutputs.Completion, new GenerationOptions { MaxTokens = 8 });
        Assert.Equal(
            completions.Zip(open, (result, probe) => result.Completion.StartsWith(" " + probe.Answer, StringComparison.Ordinal) ? 1.0 : 0.0),
            ProbeAccuracy.Of(_own, "open", open).ValuesByIndex["score"]);
    }

    [Fact]
    public void Draws_find_what_greedy_decoding_finds_and_more_and_are_the_same_again()
    {
        var options = new DecodingAttackOptions { SamplesPerTemperature = 4, Temperatures = [1], MaxTokens = 4, Seed = 7 };
        var before = DecodingAttack.Run(_own, TinyProof.Probes, options);
        var after = DecodingAttack.Run(_forgetful, TinyProof.Probes, options);
        Assert.True(before["greedy_hit"].Value > 0.8 && before["any_hit"].Value >= before["greedy_hit"].Value, $"{before["greedy_hit"].Value}, {before["any_hit"].Value}");
        Assert.True(after["greedy_hit"].Value < 0.5 && after["any_hit"].Value >= after["greedy_hit"].Value, $"{after["greedy_hit"].Value}, {after["any_hit"].Value}");
        Assert.Equal(after["hits_a_sample"].ValuesByIndex["score"], DecodingAttack.Run(_forgetful, TinyProof.Probes, options)["hits_a_sample"].ValuesByIndex["score"]);
        Assert.Equal(7, after["any_hit"].Seed);
    }

    [Theory]
    [InlineData(" a fox sleeps", "fox", true)]
    [InlineData("Fox", "fox", true)]
    [InlineData(" foxes and firefox", "fox", false)]
    [InlineData(" foxes, then a fox.", "fox", true)]
    [InlineData(" born in 1982", "198", false)]
    [InlineData("", "fox", false)]
    public void An_answer_is_found_as_whole_words(string text, string answer, bool isFound) => Assert.Equal(isFound, DecodingAttack.Has(text, answer));

    [Fact]
    public void Steering_reaches_a_source_that_is_in_use_and_never_an_unlearned_or_erased_one()
    {
        var inUse = RouterSteering.Run(_own, TinyProof.Probes, TinyProof.Documents);
        Assert.True(inUse["text_reached"].Value > 0.8, $"{inUse["text_reached"].Value}");
        using var silent = _own.WithRoutedSourcesReported(false);
        Assert.Equal(inUse["text_reached"].Value, RouterSteering.Run(silent, TinyProof.Probes, TinyProof.Documents)["text_reached"].Value);
        using var some = _own.Unlearn(TinyBundle.Keys[..5]);
        using var erased = _own.Erase(TinyBundle.Keys[..5]);
        foreach (var without in new[] { some, erased })
        {
            var result = RouterSteering.Run(without, [.. TinyProof.Probes.Take(5)], TinyProof.Documents);
            Assert.All(new[] { "plain", "text", "key" }, kind => Assert.Equal((0.0, 5), (result[kind + "_reached"].Value, result[kind + "_reached"].Count)));
        }
    }

    [Fact]
    public void Steering_needs_the_sources_text()
    {
        Assert.Contains("book-0", Assert.Throws<ArgumentException>(() => RouterSteering.Run(_own, TinyProof.Probes, [])).Message, StringComparison.Ordinal);
        Assert.Contains("any_hit", Assert.Throws<ArgumentException>(() => DecodingAttack.Run(_own, TinyProof.Probes, new DecodingAttackOptions { Temperatures = [] })["none"]).Message, StringComparison.Ordinal);
    }
}
