using Nulls.Evaluation.Attacks;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Tests.Evaluation.Attacks;

public sealed class AdversarialCompressionTests : IClassFixture<TinyBundle>, IDisposable
{
    private static readonly AdversarialCompressionOptions Small = new()
    {
        MostTexts = 4,
        MostTargetTokens = 10,
        FirstPromptTokens = 4,
        MostPromptTokens = 8,
        StepsPerLength = 12,
        CandidatesPerStep = 24,
        TokensPerPosition = 32,
        Seed = 2,
    };

    private readonly NullsBundle _own;

    public AdversarialCompressionTests(TinyBundle tiny) => _own = tiny.Bundle.WithRouting(SinkRouting.Backbone);

    public void Dispose() => _own.Dispose();

    [Fact]
    public void The_gradient_of_a_prompts_tokens_is_that_of_finite_differences()
    {
        using var untied = TinyBundle.Train(TinyBundle.Options with
        {
            Model = TinyBundle.Options.Model with { TiedHead = false },
            Training = TinyBundle.Options.Training with { Passes = 4 },
        });
        var model = untied.Contents.Model;
        var gate = new SinkGate(untied.Config.CreateAllocation().Allocate(3));
        // No token of the prompt occurs twice: moving its embedding moves one input.
        int[] prompt = [40, 50, 60, 70];
        var search = new PromptSearch(untied.Contents, gate, untied.Tokenizer.Encode(" sleeps"), Small);
        Assert.DoesNotContain(untied.Tokenizer.Encode(" sleeps"), prompt.Contains);
        var gradient = search.TokenGradient(prompt);
        var worst = 0.0;
        var largest = gradient.SelectMany(row => row).Max(Math.Abs);
        var random = new Random(1);
        for (var trial = 0; trial < 40; trial++)
        {
            var (position, token) = (random.Next(prompt.Length), random.Next(untied.Tokenizer.VocabularySize));
            double LossAt(float step)
            {
                using var noGrad = no_grad();
                using var row_D = model.Embedding[prompt[position]];
                using var before_D = row_D.clone();
                using var direction_D = model.Embedding[token].clone();
                using Scalar scale = step;
                row_D.add_(direction_D, scale);
                var loss = search.Evaluate([prompt])[0].Loss;
                row_D.copy_(before_D);
                return loss;
            }

            const float Step = 1e-2f;
            worst = Math.Max(worst, Math.Abs(((LossAt(Step) - LossAt(-Step)) / (2 * Step)) - gradient[position][token]));
        }

        Assert.True(worst < 0.02 * largest, $"off by {worst}, where the largest entry is {largest}");
    }

    [Fact]
    public void A_prompt_that_is_found_makes_greedy_decoding_write_the_target()
    {
        var gate = new SinkGate(_own.Config.CreateAllocation().Allocate(3));
        int[] target = [.. _own.Tokenizer.Encode(TinyBundle.Text(3)).Take(8)];
        var (prompt, _) = new PromptSearch(_own.Contents, gate, target, Small).Run(length: 8, steps: 40, new Random(5), CancellationToken.None);
        Assert.NotNull(prompt);
        var contents = _own.Contents;
        int[] start = [contents.Tokenizer.EndOfTextId, .. prompt];
        var written = new TextGenerator(contents.Model, contents.ScoringWeights, contents.Tokenizer.EndOfTextId).Generate(
            [new TextStart(start, [new SourceGate(3, gate)], new CompletionText(contents.Tokenizer, []))], new GenerationOptions { MaxTokens = target.Length }, CancellationToken.None);
        Assert.Equal(target, written[0]);
    }

    [Fact]
    public void What_is_memorized_compresses_better_than_what_is_unlearned()
    {
        using var forgetful = _own.Unlearn(TinyBundle.Keys);
        var before = AdversarialCompression.Run(_own, TinyProof.Documents, Small);
        var after = AdversarialCompression.Run(forgetful, TinyProof.Documents, Small);
        Assert.True(before["acr"].Value > after["acr"].Value, $"{before["acr"].Value} with sinks, {after["acr"].Value} without");
        Assert.Equal((4, 2), (before["acr"].Count, before["acr"].Seed));
    }

    [Fact]
    public void A_ratio_is_the_targets_tokens_to_the_shortest_prompts()
    {
        var values = AdversarialCompression.Run(_own, TinyProof.Documents, Small)["acr"].ValuesByIndex;
        for (var i = 0; i < values["ratio"].Count; i++)
        {
            Assert.Equal(10, values["target_tokens"][i]);
            Assert.Equal(values["prompt_tokens"][i] == 0 ? 0 : 10 / values["prompt_tokens"][i], values["ratio"][i], 12);
            Assert.InRange(values["prompt_tokens"][i], 0, Small.MostPromptTokens);
        }
    }

    [Fact]
    public void The_same_seed_finds_the_same_prompts_and_no_tensor_is_left_behind()
    {
        var options = Small with { MostTexts = 1 };
        var first = AdversarialCompression.Run(_own, TinyProof.Documents, options);
        LiveTensors.AssertUnchangedBy(() => Assert.Equal(first["acr"].ValuesByIndex["steps"], AdversarialCompression.Run(_own, TinyProof.Documents, options)["acr"].ValuesByIndex["steps"]));
    }

    [Fact]
    public void Budgets_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AdversarialCompression.Run(_own, TinyProof.Documents, new AdversarialCompressionOptions { MostPromptTokens = 3 }));
        Assert.Contains("no room", Assert.Throws<ArgumentException>(() => AdversarialCompression.Run(_own, TinyProof.Documents, new AdversarialCompressionOptions { MostPromptTokens = 31 })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AdversarialCompression.Run(_own, []));
    }
}
