using Nulls.Inference;
using Nulls.Model;
using Nulls.Tests.Support;
using static TorchSharp.torch;

namespace Nulls.Tests.Inference;

public class TextGeneratorTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    // No token of the vocabulary: nothing ends a text early.
    private const int NoEnd = -1;

    [Fact]
    public void Greedy_tokens_equal_those_of_whole_passes()
    {
        var starts = Starts();

        var generated = Generate(starts, new GenerationOptions { MaxTokens = 12 });

        for (var i = 0; i < starts.Length; i++)
            Assert.Equal(WithoutCache(starts[i], 12), generated[i]);
    }

    [Fact]
    public void Gates_are_weighted_by_the_likelihood_of_the_start()
    {
        var random = new Random(1);
        SourceGate[] gates = [Gate(1), Gate(2), Gate(3), SourceGate.Backbone];
        var starts = Enumerable.Range(0, 60).Select(_ => new TextStart([.. Enumerable.Range(0, 14).Select(_ => random.Next(300))], gates)).ToArray();

        var generated = Generate(starts, new GenerationOptions { MaxTokens = 1 });

        Assert.Equal(starts.Select(start => WithoutCache(start, 1)), generated);
        // Else the test could not fail.
        Assert.Contains(starts, start => !WithoutCache(start, 1, isWeighted: false).SequenceEqual(WithoutCache(start, 1)));
    }

    [Fact]
    public void A_completion_does_not_depend_on_what_else_is_in_the_list()
    {
        var starts = Starts();
        var options = new GenerationOptions { MaxTokens = 12, Temperature = 1, Seed = 3 };
        var together = Generate(starts, options);

        Assert.Equal(starts.Select(start => Generate([start], options)[0]), together);
    }

    [Fact]
    public void Many_texts_are_continued_alike_in_several_passes()
    {
        var starts = Enumerable.Range(0, 800).Select(i => new TextStart([5 + (i % 7), 6, 7], [Gate(i % 3)])).ToArray();
        var generated = Generate(starts, new GenerationOptions { MaxTokens = 20 });

        Assert.True(starts.Length * 22 > 16_384);
        for (var i = 0; i < 21; i++)
            Assert.All(Enumerable.Range(1, 37), k => Assert.Equal(generated[i], generated[i + (21 * k)]));
    }

    [Fact]
    public void The_end_of_text_ends_a_text_and_is_no_part_of_it()
    {
        var starts = Starts();
        var whole = Generate(starts, new GenerationOptions { MaxTokens = 12 });
        var end = whole[0][3];

        var ended = Generate(starts, new GenerationOptions { MaxTokens = 12 }, end);

        Assert.Equal(whole.Select(tokens => tokens.TakeWhile(token => token != end)), ended);
        Assert.True(ended[0].Length <= 3);
        Assert.Contains(ended, tokens => tokens.Length == 12);
    }

    [Fact]
    public void Temperature_spreads_and_the_seed_repeats()
    {
        var start = new TextStart([5, 6, 7], [Gate(1)]);
        int[] Sample(int seed) => Generate([start], new GenerationOptions { MaxTokens = 12, Temperature = 2, Seed = seed })[0];

        Assert.Equal(Sample(1), Sample(1));
        Assert.True(Enumerable.Range(0, 10).Select(seed => string.Join(' ', Sample(seed))).Distinct().Count() > 5);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0, 1e-9)]
    public void One_drawable_token_is_greedy(int topK, double topP)
    {
        var starts = Starts();

        Assert.Equal(
            Generate(starts, new GenerationOptions { MaxTokens = 8 }),
            Generate(starts, new GenerationOptions { MaxTokens = 8, Temperature = 1, TopK = topK, TopP = topP }));
    }

    [Theory]
    [InlineData(30, 10, 15)]
    [InlineData(24, 10, 15)]
    [InlineData(15, 10, 15)]
    [InlineData(14, 10, 14)]
    [InlineData(30, 20, 12)]
    [InlineData(30, 1, 24)]
    public void A_start_too_long_for_the_context_keeps_its_last_tokens(int startLength, int maxTokens, int keptLength)
    {
        int[] tokens = [.. Enumerable.Range(20, startLength)];
        var generated = Generate([new TextStart(tokens, [Gate(2)])], new GenerationOptions { MaxTokens = maxTokens })[0];

        var kept = new TextStart(tokens[^keptLength..], [Gate(2)]);
        Assert.Equal(WithoutCache(kept, Math.Min(maxTokens, 24 + 1 - keptLength)), generated);
    }

    [Fact]
    public void A_completion_ends_with_the_context()
    {
        var generated = Generate([new TextStart([5, 6, 7], [Gate(1)]), new TextStart([.. Enumerable.Range(9, 20)], [Gate(1)])], new GenerationOptions { MaxTokens = 1000 });

        // The last token is not read: 3 + 22 is one more than the 24 of the context, and so is 12 + 13.
        Assert.Equal([22, 13], generated.Select(tokens => tokens.Length));
    }

    [Fact]
    public void No_starts_give_no_completions() => Assert.Empty(Generate([], new GenerationOptions()));

    [Fact]
    public void A_cancelled_call_stops_before_its_next_token() => Assert.Throws<OperationCanceledException>(() =>
        new TextGenerator(tiny.Model, ComputeWeights.Float32, NoEnd).Generate(Starts(), new GenerationOptions(), new CancellationToken(true)));

    [Fact]
    public void Generating_leaves_no_tensor_behind() =>
        LiveTensors.AssertUnchangedBy(() => Generate(Starts(), new GenerationOptions { MaxTokens = 5 }, endOfTextId: 10));

    private SourceGate Gate(int source) => new(source, tiny.GateOf(source));

    // Several lengths, own sinks, the backbone, and mixtures of four and of two.
    private TextStart[] Starts() =>
    [
        new([5, 6, 7], [Gate(1)]),
        new([.. Enumerable.Range(30, 11)], [SourceGate.Backbone]),
        new([.. Enumerable.Range(50, 6)], [Gate(1), Gate(2), Gate(3), SourceGate.Backbone]),
        new([99], [Gate(4)]),
        new([99], [Gate(5), SourceGate.Backbone]),
        new([.. Enumerable.Range(60, 13)], [Gate(7), Gate(8), Gate(9), SourceGate.Backbone]),
    ];

    private IReadOnlyList<int[]> Generate(IReadOnlyList<TextStart> starts, GenerationOptions options, int endOfTextId = NoEnd) =>
        new TextGenerator(tiny.Model, ComputeWeights.Float32, endOfTextId).Generate(starts, options, CancellationToken.None);

    // Every token from a whole pass of each gate alone, mixed in plain probabilities.
    private int[] WithoutCache(TextStart start, int count, bool isWeighted = true)
    {
        var tokens = start.Tokens;
        for (var step = 0; step < count; step++)
        {
            var oracles = start.Gates.Select(gate => tiny.LogProbabilities(tokens, tiny.GateOf(gate.Source))).ToArray();
            var likelihoods = oracles.Select(oracle => isWeighted ? Math.Exp(Enumerable.Range(0, tokens.Length - 1).Sum(t => oracle[t][tokens[t + 1]])) : 1).ToArray();
            var mixed = Enumerable.Range(0, tiny.Model.Config.VocabularySize).Select(token => oracles.Zip(likelihoods, (oracle, likelihood) => likelihood * Math.Exp(oracle[^1][token])).Sum()).ToArray();
            tokens = [.. tokens, Array.IndexOf(mixed, mixed.Max())];
        }

        return tokens[^count..];
    }
}
