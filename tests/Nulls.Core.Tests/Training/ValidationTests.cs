using Nulls.Distributed;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Tests.Support;
using Nulls.Text;
using Nulls.Training;
using static TorchSharp.torch;

namespace Nulls.Tests.Training;

public class ValidationTests
{
    private const int EndOfText = 0;
    private const int SourceCount = 4;

    private static readonly NullsConfig Config = new()
    {
        VocabularySize = 40, Width = 16, LayerCount = 1, HeadCount = 2, KeyValueHeadCount = 2, HeadSize = 8, BackboneWidth = 16,
        SinkPoolWidth = 4 * 11, SinksPerSource = 4, ContextLength = 16, Allocation = SinkAllocationKind.Exclusive,
    };

    // Random texts are learned by heart, and others are then harder than before: the best step is an early one.
    private static readonly TrainingOptions Options = new() { Passes = 30, RowsPerStep = 4, LearningRate = 1e-2, GeneralShare = 0.5, StepsPerReport = 1, StepsPerValidation = 4, Precision = Precision.Float32 };

    private static readonly TokenDocument[] HeldOut = [.. Documents(seed: 100, sources: SourceCount, general: 3, length: 12), .. Documents(seed: 200, sources: 1, general: 1, length: 40)];

    [Fact]
    public void The_loss_is_the_mean_over_all_tokens_each_text_with_its_sources_sinks()
    {
        var reports = new List<TrainingProgress>();
        var options = Options with { Passes = 2, StepsPerValidation = 1000 };
        using var model = Train(options, HeldOut, reports.Add);
        Assert.Equal(Loss(model, HeldOut), reports[^1].ValidationLoss!.Value, 1e-5);
    }

    [FactNeedingBFloat16]
    public void The_loss_is_that_of_the_precision_of_the_training()
    {
        var reports = new List<TrainingProgress>();
        using var model = Train(Options with { Passes = 2, StepsPerValidation = 1000, Precision = Precision.BFloat16 }, HeldOut, reports.Add);
        using var weights = new ComputeWeights(model, ScalarType.BFloat16);
        var (rounded, exact) = (Loss(model, HeldOut, weights), Loss(model, HeldOut));
        Assert.Equal(rounded, reports[^1].ValidationLoss!.Value, Math.Abs(rounded - exact) / 4);
    }

    [Fact]
    public void Own_sinks_are_what_makes_a_known_sources_text_likely()
    {
        var texts = Documents(seed: 0, sources: SourceCount, general: 0, length: 12);
        var (known, unknown) = (new List<TrainingProgress>(), new List<TrainingProgress>());
        Train(Options, texts, known.Add).Dispose();
        Train(Options, [.. texts.Select(text => text with { SourceIndex = -1 })], unknown.Add).Dispose();
        Assert.True(known[^1].BestValidationLoss < unknown[^1].BestValidationLoss - 0.5, $"{known[^1].BestValidationLoss} and {unknown[^1].BestValidationLoss}");
    }

    [Fact]
    public void The_best_weights_are_returned_and_not_the_last()
    {
        var reports = new List<TrainingProgress>();
        using var model = Train(Options, HeldOut, reports.Add);
        var (best, last) = (reports[^1].BestValidationLoss!.Value, reports[^1].ValidationLoss!.Value);
        Assert.True(best < last - 0.05, $"{best} at best, {last} at last");
        Assert.Equal(best, Loss(model, HeldOut), 1e-5);
        Assert.Equal(best, reports.Min(report => report.ValidationLoss)!.Value);
    }

    [Fact]
    public void Validation_changes_no_step()
    {
        var (with, without) = (new List<TrainingProgress>(), new List<TrainingProgress>());
        Train(Options, HeldOut, with.Add).Dispose();
        Train(Options, [], without.Add).Dispose();
        Assert.Equal(without.Select(report => report.Loss), with.Select(report => report.Loss));
        Assert.All(without, report => Assert.Null(report.ValidationLoss));
    }

    [Fact]
    public void Patience_counts_the_validations_since_the_best()
    {
        var reports = new List<TrainingProgress>();
        using var model = Train(Options with { EarlyStopPatience = 2 }, HeldOut, reports.Add);
        var best = reports.First(report => report.ValidationLoss == reports[^1].BestValidationLoss).Step;
        Assert.Equal(best + 8, reports[^1].Step);
        Assert.True(reports[^1].Step < reports[^1].StepCount);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.Equal(reports[^1].BestValidationLoss!.Value, Loss(model, HeldOut), 1e-5);
    }

    [Fact]
    public void Without_sinks_that_learn_no_step_is_the_best()
    {
        var reports = new List<TrainingProgress>();
        Train(Options with { BackboneSteps = 10, EarlyStopPatience = 1, StepsPerValidation = 2 }, HeldOut, reports.Add).Dispose();
        var first = reports.Where(report => report.Phase == TrainingPhase.Backbone).ToArray();
        Assert.Equal(10, first.Length);
        Assert.All(first, report => Assert.Null(report.BestValidationLoss));
        Assert.NotNull(first[^1].ValidationLoss);
        Assert.NotNull(reports[^1].BestValidationLoss);
    }

    [Fact]
    public void Validation_leaves_no_tensor_behind() => LiveTensors.AssertUnchangedBy(() => Train(Options, HeldOut, _ => { }).Dispose());

    [Fact]
    public void Weights_that_do_not_fit_the_disk_are_kept_in_memory_until_they_do() => LiveTensors.AssertUnchangedBy(() =>
    {
        using var folder = new TemporaryFolder();
        using var model = new NullsModel(Config, CPU);
        model.Initialize(seed: 1);
        var warnings = new List<string>();
        using var best = new BestWeights(model, folder["missing"], warnings.Add);
        best.Keep(step: 5);
        Assert.Contains("of step 5, are kept in memory", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Null(best.Digest);
        Assert.ThrowsAny<IOException>(() => best.Save(step: 5));

        model.Initialize(seed: 2);
        best.Restore(step: 5);
        AssertHasWeightsOfSeed(1, model);

        Directory.CreateDirectory(folder["missing"]);
        best.Save(step: 5);
        Assert.NotNull(best.Digest);
        model.Initialize(seed: 2);
        best.Restore(step: 5);
        AssertHasWeightsOfSeed(1, model);
    });

    private static void AssertHasWeightsOfSeed(int seed, NullsModel model)
    {
        using var scope = NewDisposeScope();
        using var other = new NullsModel(Config, CPU);
        other.Initialize(seed);
        TensorAssert.Equal(other.Embedding, model.Embedding, Tolerances.Exact);
        TensorAssert.Equal(other.Layers[0].Mlp.SinkDown, model.Layers[0].Mlp.SinkDown, Tolerances.Exact);
    }

    private static NullsModel Train(TrainingOptions options, IReadOnlyList<TokenDocument> validation, Action<TrainingProgress> report)
    {
        var model = new NullsModel(Config, CPU);
        new Trainer(model, Config.CreateAllocation(), options, seed: 1, new SingleProcess()).Train(
            TokenCorpora.Of(Documents(seed: 0, SourceCount, general: 4, length: 12)), EndOfText, new Callback(report), new MemoryCorpus(validation));
        return model;
    }

    // One text at a time, in windows of a context, each after the end of text or the token before it.
    private static double Loss(NullsModel model, IEnumerable<TokenDocument> documents, ComputeWeights? weights = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (sum, count) = (0.0, 0);
        foreach (var document in documents)
        {
            int[] tokens = [EndOfText, .. document.Sentences[0], EndOfText];
            var gate = document.SourceIndex < 0 ? SinkGate.Backbone : new SinkGate(Config.CreateAllocation().Allocate(document.SourceIndex));
            for (var start = 0; start < tokens.Length - 1; start += Config.ContextLength)
            {
                var end = Math.Min(start + Config.ContextLength, tokens.Length - 1);
                using var batch = new TokenBatch([new TokenSequence(tokens.AsMemory(start..end), gate)], CPU);
                var logProbabilities_NV = model.Logits(model.Hidden(batch, weights), weights).to(ScalarType.Float64).log_softmax(-1);
                for (var i = start; i < end; i++)
                    sum -= logProbabilities_NV[i - start, tokens[i + 1]].item<double>();
                count += end - start;
            }
        }

        return sum / count;
    }

    private static TokenDocument[] Documents(int seed, int sources, int general, int length) =>
        [.. Enumerable.Range(0, sources + general).Select(i =>
        {
            var random = new Random(seed + i);
            return new TokenDocument([[.. Enumerable.Range(0, length).Select(_ => random.Next(1, Config.VocabularySize))]], i < sources ? i : -1);
        })];

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
