using Nulls.Distributed;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Tests.Support;
using Nulls.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Tests.Model;

public class NullsModelTests
{
    private static readonly NullsConfig Config = new()
    {
        VocabularySize = 50, Width = 32, LayerCount = 2, HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 12, BackboneWidth = 24,
        SinkPoolWidth = 4 * 13, SinksPerSource = 4, ContextLength = 640,
    };

    [Fact]
    public void Changing_one_document_changes_no_bit_of_another()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var model = Model();
        var random = new Random(1);
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var sequences = RandomSequences(random, count: 6);
            var changed = random.Next(sequences.Length);
            var other = sequences.ToArray();
            // Other tokens and other sinks, but not another length, which would change how the batch is laid.
            other[changed] = new TokenSequence(RandomTokens(random, sequences[changed].Tokens.Length), Gate(random.Next(1, 100), sequences[changed].Gate), sequences[changed].Targets);

            var (before, after) = (Logits(model, sequences), Logits(model, other));
            for (var i = 0; i < sequences.Length; i++)
                Assert.Equal(i == changed, !before[i].equal(after[i]).all().item<bool>());
        }
    }

    [Fact]
    public void Documents_of_any_lengths_give_the_logits_of_the_dense_masked_form()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var model = Model();
        var random = new Random(2);
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var sequences = RandomSequences(random, count: 5);
            var logits = Logits(model, sequences);
            for (var i = 0; i < sequences.Length; i++)
                TensorAssert.Equal(DenseLogits(model, sequences[i]), logits[i], Tolerances.ReorderedFloat32, $"sequence {i} of attempt {attempt}");
        }
    }

    [Fact]
    public void Gradients_of_documents_of_any_lengths_are_those_of_the_dense_masked_form()
    {
        var random = new Random(3);
        for (var attempt = 0; attempt < 5; attempt++)
            AssertDenseGradients(RandomSequences(random, count: 6));
    }

    // Queries are taken in blocks of 256.
    [Fact]
    public void Gradients_of_documents_of_several_blocks_of_queries_are_those_of_the_dense_masked_form()
    {
        var random = new Random(4);
        AssertDenseGradients([.. new[] { 600, 530, 257, 256, 255 }.Select(length => RandomSequence(random, length))]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Gradients_from_the_stream_after_a_layer_are_those_of_the_dense_masked_form_and_reach_no_later_layer(int layer)
    {
        using var scope = NewDisposeScope();
        using var sparse = Model();
        using var dense = Model();
        using var optimiser = new AdamW([new ParameterGroup([.. sparse.parameters()], 1, 0)], 0.9, 0.95);
        var sequences = RandomSequences(new Random(5), count: 6);
        using var batch = new TokenBatch(sequences, CPU);
        var activations = sparse.Forward(batch, ComputeWeights.Float32, recomputes: false);
        var stream_ND = activations.StreamAfter(layer);
        // Half the sum of squares: its gradient is the stream itself.
        sparse.BackwardFrom(layer, stream_ND.clone(), activations, new GradientAccumulator(optimiser.GradientOf, trainsBackbone: true));

        var streams = sequences.Select(sequence => DenseOracle.Stream(
            dense, Long(sequence.Tokens).unsqueeze(0), [new long[sequence.Tokens.Length]], DenseOracle.Gates(Config, [[.. Enumerable.Repeat(sequence.Gate, sequence.Tokens.Length)]]), layer + 1)[0]).ToArray();
        for (var i = 0; i < sequences.Length; i++)
            TensorAssert.Equal(streams[i].detach(), stream_ND.narrow(0, batch.Starts[i], sequences[i].Tokens.Length), Tolerances.ReorderedFloat32, $"sequence {i}");
        (cat(streams, 0).pow(2).sum() / 2).backward();
        foreach (var (name, parameter) in sparse.named_parameters())
        {
            var expected = dense.named_parameters().Single(named => named.name == name).parameter.grad;
            TensorAssert.Equal(expected ?? zeros_like(parameter), optimiser.GradientOf(parameter), Tolerances.GradientFloat32, name);
        }
    }

    private static void AssertDenseGradients(TokenSequence[] sequences)
    {
        using var scope = NewDisposeScope();
        using var sparse = Model();
        using var dense = Model();
        using var optimiser = new AdamW([new ParameterGroup([.. sparse.parameters()], 1, 0)], 0.9, 0.95);
        new StepGradients(sparse, ComputeWeights.Float32, optimiser, Isolation.Joint, new TrainingOptions { ClipNorm = double.PositiveInfinity }, new SingleProcess()).Compute(new StepShare([sequences]));

        var losses = sequences.Select(sequence => functional.cross_entropy(DenseLogits(dense, sequence), Long(sequence.Targets), reduction: Reduction.Sum));
        (losses.Aggregate((sum, loss) => sum + loss) / sequences.Sum(sequence => sequence.Tokens.Length)).backward();
        foreach (var (name, parameter) in sparse.named_parameters())
            TensorAssert.Equal(dense.named_parameters().Single(named => named.name == name).parameter.grad!, optimiser.GradientOf(parameter), Tolerances.GradientFloat32, name);
    }

    [Fact]
    public void Sinks_that_are_added_later_change_no_bit()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var model = new NullsModel(Config, CPU);
        model.Initialize(seed: 4, areSinksAddedLater: true);
        var tokens = RandomTokens(new Random(4), 20);
        var without = Logits(model, [new TokenSequence(tokens, SinkGate.Backbone)])[0];
        var with = Logits(model, [new TokenSequence(tokens, Gate(5))])[0];
        TensorAssert.Equal(without, with, Tolerances.Exact);
    }

    [Fact]
    public void Products_in_16_bits_stay_near_those_in_32()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var exact = Model();
        using var rounded = new ComputeWeights(exact, ScalarType.BFloat16);
        var sequences = RandomSequences(new Random(7), count: 4);
        var (expected, actual) = (Logits(exact, sequences), Logits(exact, sequences, rounded));
        for (var i = 0; i < sequences.Length; i++)
            TensorAssert.Equal(expected[i], actual[i], Tolerances.BFloat16);
    }

    [Fact]
    public void A_model_and_its_passes_leave_no_tensor_behind() => LiveTensors.AssertUnchangedBy(() =>
    {
        using var model = Model();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Logits(model, RandomSequences(new Random(8), count: 4));
    });

    private static NullsModel Model()
    {
        var model = new NullsModel(Config, CPU);
        model.Initialize(seed: 7);
        return model;
    }

    private static SinkGate Gate(int source, SinkGate? like = null) =>
        like is { Sinks.Count: 0 } ? SinkGate.Backbone : new SinkGate(Config.CreateAllocation().Allocate(source));

    private static int[] RandomTokens(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Config.VocabularySize))];

    // One in four has no source; lengths differ enough to make buckets of their own, and little enough to be padded.
    private static TokenSequence[] RandomSequences(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => RandomSequence(random, random.Next(1, 40)))];

    private static TokenSequence RandomSequence(Random random, int length) =>
        new(RandomTokens(random, length), random.Next(4) == 0 ? SinkGate.Backbone : Gate(random.Next(100)), RandomTokens(random, length));

    private static Tensor[] Logits(NullsModel model, TokenSequence[] sequences, ComputeWeights? weights = null)
    {
        using var batch = new TokenBatch(sequences, CPU);
        var logits_NV = model.Logits(model.Hidden(batch, weights), weights);
        return [.. sequences.Select((sequence, i) => logits_NV.narrow(0, batch.Starts[i], sequence.Tokens.Length))];
    }

    private static Tensor DenseLogits(NullsModel model, TokenSequence sequence)
    {
        var length = sequence.Tokens.Length;
        var gates_BTI = DenseOracle.Gates(Config, [[.. Enumerable.Repeat(sequence.Gate, length)]]);
        return DenseOracle.Logits(model, Long(sequence.Tokens).unsqueeze(0), [new long[length]], gates_BTI)[0];
    }

    private static Tensor Long(ReadOnlyMemory<int> tokens) => tensor(tokens.ToArray().Select(token => (long)token).ToArray());
}
