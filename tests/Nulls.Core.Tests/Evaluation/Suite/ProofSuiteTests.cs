using Nulls.Evaluation;
using Nulls.Evaluation.Corpora;
using Nulls.Evaluation.Suite;
using Nulls.Tests.Support;
using Nulls.Text;
using Nulls.TrainingApp;
using TorchSharp;

namespace Nulls.Tests.Evaluation.Suite;

public sealed class ProofSuiteTests : IClassFixture<ProofSuiteTests.Proof>
{
    private readonly Proof _proof;

    public ProofSuiteTests(Proof proof) => _proof = proof;

    /// <summary>A proof that is stopped in its third training, and goes on; on one thread, as each of several workers.</summary>
    public sealed class Proof : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly int _threads = torch.get_num_threads();

        public Proof()
        {
            torch.set_num_threads(1);
            using (var stop = new CancellationTokenSource())
            {
                var stopping = new Told(progress =>
                {
                    if (progress.Doing == "standard, seed 3: training")
                        stop.Cancel();
                });
                Assert.Throws<OperationCanceledException>(() => ProofSuite.Run(TinySuite.Corpus, TinySuite.Options(Folder), stopping, stop.Token));
            }

            Report = ProofSuite.Run(TinySuite.Corpus, TinySuite.Options(Folder), new Told(progress => Progress.Add(progress)));
        }

        public string Folder => _folder.Path;

        public ProofReport Report { get; }

        public List<ProofProgress> Progress { get; } = [];

        public void Dispose()
        {
            torch.set_num_threads(_threads);
            _folder.Dispose();
        }
    }

    [Fact]
    public void A_proof_that_was_stopped_goes_on_and_trains_nothing_twice()
    {
        Assert.DoesNotContain(_proof.Progress, progress => progress.Doing is "nulls, seed 3: training" or "nulls.own, seed 3: facts");
        Assert.Contains(_proof.Progress, progress => progress.Doing == "standard, seed 3: training");
        Assert.Equal(1, _proof.Progress[^1].Share, 1e-9);
    }

    [Fact]
    public void Models_of_one_network_and_seed_share_a_first_phase() =>
        // NULLs and the standard transformer of seed 3, and NULLs retrained with the next.
        Assert.Equal(3, Directory.GetFiles(Path.Combine(_proof.Folder, "cache"), "firstPhase-*.safetensors").Length);

    [Fact]
    public void A_proof_that_is_complete_is_read_from_the_cache_number_by_number()
    {
        var doing = new HashSet<string>();
        var again = ProofSuite.Run(TinySuite.Corpus, TinySuite.Options(_proof.Folder), new Told(progress => doing.Add(progress.Doing)));
        Assert.Equal(["done"], doing);
        Assert.Equal(_proof.Report.Measurements, again.Measurements);
        Assert.Equal(_proof.Report.Computed, again.Computed);
        Assert.NotEmpty(again.Warnings);
        Assert.Equal(_proof.Report.Warnings, again.Warnings);
    }

    [Fact]
    public void Several_workers_find_what_one_finds_to_the_bit()
    {
        using var folder = new TemporaryFolder();
        var shares = new List<double>();
        var together = ProofSuite.Run(TinySuite.Corpus, TinySuite.Options(folder.Path) with { Workers = 3 }, new Told(progress => shares.Add(progress.Share)));
        Assert.Equal(_proof.Report.Measurements, together.Measurements);
        Assert.Equal(_proof.Report.Claims.Select(claim => claim.Value), together.Claims.Select(claim => claim.Value));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(folder.Path, "cache"), "firstPhase-*.safetensors").Length);
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1], 1e-9);
        Assert.Contains("3 workers of 1 thread,", together.Environment, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_workers_stop_together_where_forgetting_would_be_vacuous()
    {
        using var folder = new TemporaryFolder();
        var options = TinySuite.Options(folder.Path);
        var untaught = options with { Workers = 3, Bundle = options.Bundle with { Training = options.Bundle.Training with { Passes = 1 } } };
        Assert.Contains("vacuous", Assert.Throws<InvalidOperationException>(() => ProofSuite.Run(TinySuite.Corpus, untaught)).Message, StringComparison.Ordinal);
        // Nobody works on, and nobody holds the folder.
        using var cache = new ProofCache(folder.Path, "models", "questions");
    }

    [Fact]
    public void Own_sinks_know_what_is_forgotten_without_them_and_by_a_retrained_model()
    {
        Assert.True(Accuracy("nulls.own") >= 0.8, $"{Accuracy("nulls.own")}");
        Assert.True(Accuracy("nulls.backbone") <= 0.5, $"{Accuracy("nulls.backbone")}");
        Assert.True(Accuracy("nulls.retrained.backbone") <= 0.5, $"{Accuracy("nulls.retrained.backbone")}");

        double Accuracy(string system) => _proof.Report.Measurements.Single(number => number is { Metric: "accuracy", FactType: "unique.forgotten", Seed: 3 } && number.System == system).Value;
    }

    [Fact]
    public void One_seed_brings_a_second_retrained_model_for_the_noise_floor()
    {
        Assert.Equal([3, 4], _proof.Report.Measurements.Where(number => number.System == "nulls.retrained.backbone").Select(number => number.Seed).Distinct().Order());
        Assert.All(_proof.Report.Measurements.Where(number => number.Seed == 4), number => Assert.StartsWith("nulls.retrained", number.System, StringComparison.Ordinal));
        Assert.Contains(_proof.Report.Claims, claim => claim.Name == "unique.matchesRetrained");
    }

    [Fact]
    public void What_a_form_leaves_out_is_listed_with_its_reason()
    {
        Assert.Contains(_proof.Report.NotRun, omission => omission.Name == "npo" && omission.Reason.Contains("standard", StringComparison.Ordinal));
        Assert.Contains(_proof.Report.NotRun, omission => omission.Name == "claim.capability.benchmarks");
        var measured = _proof.Report.Measurements.Select(number => number.System).Distinct().Order();
        Assert.Equal(measured, _proof.Report.Systems.Select(system => system.Name).Order());
    }

    [Fact]
    public void No_number_is_there_twice()
    {
        Assert.Empty(_proof.Report.Measurements.GroupBy(number => (number.System, number.Metric, number.FactType, number.Seed, number.Step)).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public void A_report_names_no_forgotten_source()
    {
        var texts = _proof.Report.Systems.SelectMany(system => new[] { system.Description, system.Settings }).Concat(_proof.Report.NotRun.Select(omission => omission.Reason)).Concat(_proof.Report.Warnings).Concat(_proof.Report.Measurements.Select(number => number.FactType));
        Assert.All(texts, text => Assert.DoesNotContain("book-", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_is_killed_loses_no_model_that_was_trained()
    {
        using var folder = new TemporaryFolder();
        using (var app = await KilledApp.Begin("prove", folder.Path))
        {
            app.WaitFor(1, () => Directory.Exists(folder["cache"]) ? Directory.GetDirectories(folder["cache"], "nulls-3-*").Where(model => Directory.Exists(Path.Combine(model, "model"))) : []);
            await app.Kill();
        }

        var model = Path.Combine(Directory.GetDirectories(folder["cache"], "nulls-3-*").Single(), "model", "model.safetensors");
        var saved = File.GetLastWriteTimeUtc(model);
        await KilledApp.RunToTheEnd("prove", folder.Path);
        Assert.Equal(saved, File.GetLastWriteTimeUtc(model));
        Assert.True(File.Exists(folder["report.json"]));
    }

    [Fact]
    public async Task A_proof_that_is_complete_is_reported_by_a_process_that_loads_no_model()
    {
        using var folder = new TemporaryFolder();
        foreach (var cached in Directory.GetFiles(Path.Combine(_proof.Folder, "cache"), "*.json", SearchOption.AllDirectories).Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != "model"))
        {
            var copy = Path.Combine(folder.Path, Path.GetRelativePath(_proof.Folder, cached));
            // A model without files, which could not be loaded.
            Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(copy)!, "model"));
            File.Copy(cached, copy);
        }

        await KilledApp.RunToTheEnd("prove", folder.Path);
        Assert.Equal(Accuracies(_proof.Report), Accuracies(ProofReportReader.Read(folder["report.json"])));

        static ProofMeasurement[] Accuracies(ProofReport report) =>
            [.. report.Measurements.Where(number => number.System is "nulls.own" or "nulls.backbone" && number.Metric == "accuracy").OrderBy(number => (number.System, number.FactType))];
    }

    [Fact]
    public void Other_questions_keep_trainings_and_neither_measurements_nor_what_was_tuned_by_questions()
    {
        using var folder = new TemporaryFolder();
        var found = new StageResult([]) { Warnings = ["Few sources."] };
        using (var cache = new ProofCache(folder.Path, "models", "questions"))
        {
            foreach (var (system, stage) in new[] { ("nulls", Stages.Training), ("nulls", Stages.Facts), ("npo", Stages.Training) })
                cache.Write(system, 1, stage, found);
            Directory.CreateDirectory(cache.ModelFolder("nulls", 1));
            Directory.CreateDirectory(cache.ModelFolder("npo", 1));
        }

        using var other = new ProofCache(folder.Path, "models", "other questions");
        Assert.Equal(found.Warnings, other.Read("nulls", 1, Stages.Training)?.Warnings);
        Assert.True(other.HasModel("nulls", 1));
        Assert.Null(other.Read("nulls", 1, Stages.Facts));
        Assert.Null(other.Read("npo", 1, Stages.Training));
        Assert.False(other.HasModel("npo", 1));
    }

    [Fact]
    public void A_training_left_behind_by_a_stop_after_saving_is_cleared_away()
    {
        using var folder = new TemporaryFolder();
        var options = TinySuite.Options(folder.Path) with { Systems = ["nulls.own"] };
        ProofSuite.Run(TinySuite.Corpus, options);
        var model = Directory.GetDirectories(folder["cache"], "nulls-3-*").Single();
        File.Delete(Directory.GetFiles(model, "training.json").Single());
        var work = Directory.CreateDirectory(Path.Combine(model, "work")).FullName;

        ProofSuite.Run(TinySuite.Corpus, options);
        Assert.False(Directory.Exists(work));
    }

    [Fact]
    public void Forgetting_what_was_never_learned_is_refused_as_vacuous_and_keeps_what_was_computed()
    {
        using var folder = new TemporaryFolder();
        var options = TinySuite.Options(folder.Path);
        var untaught = options with { Bundle = options.Bundle with { Training = options.Bundle.Training with { Passes = 1 } } };
        var refused = Assert.Throws<InvalidOperationException>(() => ProofSuite.Run(TinySuite.Corpus, untaught));
        Assert.Contains("vacuous", refused.Message, StringComparison.Ordinal);
        Assert.Contains("less than 0.5", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Training.Passes", refused.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(folder["cache"], "nulls.own-3-*"));
    }

    [Fact]
    public void Questions_without_answers_are_refused_before_any_training() => AssertRefused<ArgumentException>(
        "lacks its prompt or its answer", TinySuite.Corpus with { Probes = [.. TinySuite.Corpus.Probes.Take(3), TinySuite.Corpus.Probes[3] with { Answer = " " }] });

    [Fact]
    public void Sources_without_text_are_refused_before_any_training() => AssertRefused<ArgumentException>(
        "'book-9'", TinySuite.Corpus with { Documents = [.. TinySuite.Corpus.Documents.Select(document => document.Source == "book-9" ? document with { Text = " " } : document)] });

    [Fact]
    public void Questions_about_sources_that_no_document_has_are_refused_before_any_training() => AssertRefused<ArgumentException>(
        "'book-99'", TinySuite.Corpus with { Probes = [TinySuite.Corpus.Probes[0] with { Sources = ["book-99"] }] });

    [Fact]
    public void A_forget_set_without_unique_facts_is_refused_before_any_training() => AssertRefused<ArgumentException>(
        "forget25", TinySuite.Corpus with { Probes = [.. TinySuite.Corpus.Probes.Where(probe => probe.Kind == FactKind.Shared)] });

    [Fact]
    public void An_unwritable_folder_is_refused_before_any_training()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["taken"], "");
        var options = TinySuite.Options(folder["taken"]);
        Assert.Contains("cannot be written", Assert.ThrowsAny<IOException>(() => ProofSuite.Run(TinySuite.Corpus, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_which_another_proof_runs_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var other = new ProofCache(folder.Path, "models", "questions");
        Assert.Contains("Another process proves", Assert.Throws<IOException>(() => ProofSuite.Run(TinySuite.Corpus, TinySuite.Options(folder.Path))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_systems_and_repeated_seeds_are_refused()
    {
        Assert.Contains("'nulls.bone'", Assert.Throws<ArgumentException>(() => new ProofOptions { Systems = ["nulls.bone"] }.Validate()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ProofOptions { Seeds = [1, 1] }.Validate());
        Assert.Throws<ArgumentException>(() => new ProofOptions { Seeds = [] }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProofOptions { Workers = 0 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProofOptions { Workers = 257 }.Validate());
    }

    private static void AssertRefused<T>(string why, ProofCorpus corpus)
        where T : Exception
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(why, Assert.Throws<T>(() => ProofSuite.Run(corpus, TinySuite.Options(folder.Path))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["cache"]));
    }

    private sealed class Told(Action<ProofProgress> told) : IProgress<ProofProgress>
    {
        public void Report(ProofProgress value) => told(value);
    }
}
