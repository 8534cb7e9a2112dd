using Nulls.Distributed;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Tests.Support;
using Nulls.Text;
using Nulls.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Tests.Training;

[Collection(nameof(Alone))]
public class TrainerTests
{
    private const int EndOfText = 0;

    private static readonly NullsConfig Config = new()
    {
        VocabularySize = 40, Width = 16, LayerCount = 1, HeadCount = 2, KeyValueHeadCount = 2, HeadSize = 8, BackboneWidth = 16,
        SinkPoolWidth = 4 * 11, SinksPerSource = 4, ContextLength = 16, Allocation = SinkAllocationKind.Exclusive,
    };

    [Fact]
    public void With_isolation_what_sources_say_changes_no_bit_of_the_backbone()
    {
        var options = Options with { Isolation = Isolation.SinksOnly };
        TokenDocument[] documents = Documents(sources: 6, general: 6);
        // As many sources, as long, that say something else.
        TokenDocument[] others = [.. documents.Select(document => document.SourceIndex < 0 ? document : document with { Sentences = [[.. document.Sentences[0].Select(token => 1 + (token % 3))]] })];
        using var first = Train(documents, options);
        using var second = Train(others, options);
        foreach (var (name, parameter) in Backbone(first))
            TensorAssert.Equal(parameter, Backbone(second)[name], Tolerances.Exact, name);
        Assert.False(first.Layers[0].Mlp.SinkDown.equal(second.Layers[0].Mlp.SinkDown).all().item<bool>());
    }

    [Fact]
    public void With_isolation_and_exclusive_sinks_what_one_source_says_changes_no_bit_of_anothers_sinks()
    {
        var options = Options with { Isolation = Isolation.SinksOnly };
        TokenDocument[] documents = Documents(sources: 6, general: 6);
        TokenDocument[] others = [.. documents.Select(document => document.SourceIndex != 2 ? document : document with { Sentences = [[.. document.Sentences[0].Select(token => 1 + (token % 3))]] })];
        using var first = Train(documents, options);
        using var second = Train(others, options);
        var (expected, actual) = (first.Layers[0].Mlp.SinkDown, second.Layers[0].Mlp.SinkDown);
        TensorAssert.Equal(expected.narrow(0, 0, 8), actual.narrow(0, 0, 8), Tolerances.Exact);
        TensorAssert.Equal(expected.narrow(0, 12, 32), actual.narrow(0, 12, 32), Tolerances.Exact);
        Assert.False(expected.narrow(0, 8, 4).equal(actual.narrow(0, 8, 4)).all().item<bool>());
    }

    [Fact]
    public void Joint_training_lets_sources_change_the_backbone()
    {
        // Without decay and without general text, nothing but the sources' gradients can move the backbone.
        var options = Options with { Passes = 1, WeightDecay = 0 };
        using var joint = Train(Documents(sources: 2, general: 0), options);
        using var apart = Train(Documents(sources: 2, general: 0), options with { Isolation = Isolation.SinksOnly });
        using var untrained = new NullsModel(Config, CPU);
        untrained.Initialize(seed: 1);
        foreach (var (name, first) in Backbone(untrained))
        {
            Assert.False(first.equal(Backbone(joint)[name]).all().item<bool>(), name);
            TensorAssert.Equal(first, Backbone(apart)[name], Tolerances.Exact, name);
        }
    }

    [Fact]
    public void Sinks_of_no_source_keep_their_first_values_without_decay()
    {
        using var model = Train(Documents(sources: 3, general: 6), Options with { SinkWeightDecay = 0 });
        using var untrained = new NullsModel(Config, CPU);
        untrained.Initialize(seed: 1);
        // Exclusive blocks: sources 0 to 2 own sinks 0 to 11.
        var (trained, first) = (model.Layers[0].Mlp.SinkDown, untrained.Layers[0].Mlp.SinkDown);
        TensorAssert.Equal(first.narrow(0, 12, 32), trained.narrow(0, 12, 32), Tolerances.Exact);
        Assert.False(first.narrow(0, 0, 12).equal(trained.narrow(0, 0, 12)).any().item<bool>());
    }

    [Fact]
    public void A_first_phase_trains_the_backbone_and_no_sink()
    {
        using var scope = NewDisposeScope();
        using var model = new NullsModel(Config, CPU);
        using var untrained = new NullsModel(Config, CPU);
        untrained.Initialize(seed: 1, areSinksAddedLater: true);
        var backboneReports = 0;
        var progress = new Callback(report =>
        {
            if (report.Phase != TrainingPhase.Backbone)
                return;

            backboneReports++;
            foreach (var (name, parameter) in model.named_parameters())
            {
                var isSame = parameter.equal(untrained.named_parameters().Single(named => named.name == name).parameter).all().item<bool>();
                Assert.True(isSame == name.Contains("sink", StringComparison.Ordinal), $"{name} after step {report.Step}");
            }
        });
        var options = Options with { Passes = 3, WeightDecay = 0, BackboneSteps = 6, StepsPerReport = 1 };
        new Trainer(model, Config.CreateAllocation(), options, seed: 1, new SingleProcess()).Train(TokenCorpora.Of(Documents(sources: 2, general: 8)), EndOfText, progress);

        Assert.Equal(6, backboneReports);
        Assert.NotEqual(0f, model.Layers[0].Mlp.SinkDown.abs().max().item<float>());
    }

    [Fact]
    public void A_first_phase_that_another_training_left_is_taken_over_to_the_bit()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var options = Options with { BackboneSteps = 6, StepsPerReport = 1 };
        // What comes after the first phase differs, and general text is read more than once in it.
        var (first, second) = (Documents(sources: 2, general: 8), Documents(sources: 3, general: 8));
        using var alone = Train(second, options);
        var path = Path.Combine(folder.Path, "first.safetensors");
        Train(first, options with { Passes = 2 }, firstPhase: path).Dispose();
        var firstReport = 0;
        using var shared = Train(second, options, new Callback(report => firstReport = firstReport == 0 ? report.Step : firstReport), path);

        Assert.Equal(7, firstReport);
        foreach (var (name, parameter) in shared.named_parameters())
            TensorAssert.Equal(alone.named_parameters().Single(named => named.name == name).parameter, parameter, Tolerances.Exact, name);
    }

    [Fact]
    public void A_damaged_first_phase_is_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var (file, documents, options) = (Path.Combine(folder.Path, "first"), Documents(sources: 2, general: 2), Options with { Passes = 1, BackboneSteps = 2 });
        Train(documents, options, firstPhase: file).Dispose();
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^8]);
        var failure = Assert.Throws<InvalidDataException>(() => Train(documents, options, firstPhase: file));
        Assert.Contains($"Delete '{file}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_general_stream_takes_its_share_of_the_rows_of_a_step()
    {
        var steps = 0;
        using var model = Train(
            Documents(sources: 8, general: 8, length: 15), Options with { Passes = 3, RowsPerStep = 4, GeneralShare = 0.25, StepsPerReport = 1 },
            new Callback(report => steps = report.StepCount));
        // 8 sources of one row each, three times, three rows a step beside one of general text.
        Assert.Equal(8, steps);
    }

    [Fact]
    public void Five_hundred_steps_leave_no_tensor_and_no_memory_behind()
    {
        var documents = Documents(sources: 8, general: 8);
        // Once before, for what Torch keeps for itself.
        Train(documents, Options).Dispose();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var (live, resident) = (new List<long>(), new List<long>());
        var progress = new Callback(report =>
        {
            GC.Collect(); // Garbage is no leak.
            process.Refresh();
            live.Add(LiveTensors.OnThisThread);
            resident.Add(process.WorkingSet64);
        });
        Train(documents, Options with { Passes = 250, RowsPerStep = 5, StepsPerReport = 100 }, progress).Dispose();
        Assert.True(live.Count >= 5, $"{live.Count} reports");
        Assert.Single(live.Distinct());
        Assert.True(resident[^1] - resident[0] < 32 << 20, $"{resident[0] >> 20} MiB after 100 steps, {resident[^1] >> 20} MiB at the end");
    }

    [Fact]
    public void Training_leaves_no_tensor_behind_whether_it_ends_or_is_stopped() => LiveTensors.AssertUnchangedBy(() =>
    {
        Train(Documents(sources: 3, general: 3), Options).Dispose();
        using var cancellation = new CancellationTokenSource();
        using var model = new NullsModel(Config, CPU);
        var trainer = new Trainer(model, Config.CreateAllocation(), Options with { StepsPerReport = 2 }, seed: 1, new SingleProcess());
        Assert.Throws<OperationCanceledException>(() =>
            trainer.Train(TokenCorpora.Of(Documents(sources: 3, general: 3)), EndOfText, new Callback(_ => cancellation.Cancel()), cancellationToken: cancellation.Token));
    });

    private static TrainingOptions Options { get; } = new() { Passes = 5, RowsPerStep = 4, LearningRate = 1e-2, GeneralShare = 0.5 };

    private static NullsModel Train(TokenDocument[] documents, TrainingOptions options, IProgress<TrainingProgress>? progress = null, string? firstPhase = null)
    {
        var model = new NullsModel(Config, CPU);
        new Trainer(model, Config.CreateAllocation(), options, seed: 1, new SingleProcess(), firstPhase: firstPhase is null ? null : new FirstPhaseFile(firstPhase)).Train(TokenCorpora.Of(documents), EndOfText, progress);
        return model;
    }

    private static TokenDocument[] Documents(int sources, int general, int length = 12) =>
        [.. Enumerable.Range(0, sources + general).Select(i =>
        {
            var random = new Random(i < sources ? i : 1000 + i - sources);
            return new TokenDocument([[.. Enumerable.Range(0, length).Select(_ => random.Next(1, Config.VocabularySize))]], i < sources ? i : -1);
        })];

    private static Dictionary<string, Tensor> Backbone(NullsModel model) =>
        model.named_parameters().Where(named => !named.name.Contains("sink", StringComparison.Ordinal)).ToDictionary(named => named.name, named => (Tensor)named.parameter);

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
