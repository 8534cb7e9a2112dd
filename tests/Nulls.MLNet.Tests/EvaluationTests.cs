using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Evaluation;
using Nulls.Evaluation.Suite;
using Nulls.Training;

namespace Nulls.MLNet.Tests;

public class EvaluationTests
{
    private static readonly string[] Pets = ["a grey otter", "a blind crow", "two white mice", "an old tortoise", "a lame fox", "nine red hens", "a tame wolf", "a shy lynx"];

    private static readonly FactRow[] Facts =
        [.. Pets.Select((pet, house) => new FactRow { Prompt = $"In house {house} lives", Answer = pet + ".", Alternatives = [.. Pets.Where(other => other != pet).Select(other => other + ".")], Source = TinyModel.Sources[house] })];

    private readonly MLContext _ml = new();

    [Fact]
    public void A_trained_model_knows_what_its_sources_say()
    {
        using var model = TinyModel.In(_ml);

        var metrics = _ml.EvaluateNulls(model, View(Facts));

        Assert.Equal(8, metrics.All.Accuracy.Count);
        Assert.Equal(metrics.All.Accuracy.Value, metrics.Remaining.Accuracy.Value);
        Assert.True(metrics.All.Accuracy.Value > .8, $"{metrics.All.Accuracy.Value}");
        Assert.Equal(ConfidenceInterval.Wilson((long)Math.Round(8 * metrics.All.Accuracy.Value), 8), metrics.All.Accuracy.Interval);
        Assert.Equal(.125, metrics.All.Chance, 12);
        Assert.Equal(0, metrics.Unlearned.Accuracy.Count);
        Assert.True(double.IsNaN(metrics.Unlearned.Accuracy.Value));
    }

    [Fact]
    public void What_was_unlearned_is_told_apart_and_is_known_less()
    {
        using var model = TinyModel.In(_ml);
        using var unlearned = model.Unlearn("house-1", "house-2");
        using var forgetful = unlearned.WithRouting(Inference.SinkRouting.Backbone);

        var before = _ml.EvaluateNulls(model, View(Facts[1..3]));
        var after = _ml.EvaluateNulls(forgetful, View(Facts));

        Assert.Equal((2, 6), (after.Unlearned.Accuracy.Count, after.Remaining.Accuracy.Count));
        Assert.True(after.Unlearned.Probability.Value < before.All.Probability.Value);
    }

    [Fact]
    public void Facts_that_the_model_itself_scores_the_same_way_get_the_same_probability()
    {
        using var model = TinyModel.In(_ml);
        var metrics = _ml.EvaluateNulls(model, View(Facts[3..4]));

        var score = model.Bundle.Score([new(" " + Facts[3].Answer, Facts[3].Source, Facts[3].Prompt)], Inference.ScoringOutputs.LogProbabilities)[0].Score;
        Assert.Equal(Math.Exp(score), metrics.All.Probability.Value, 5);
    }

    [Fact]
    public void A_fact_of_several_sources_is_asked_with_one_whose_sinks_may_run()
    {
        using var whole = TinyModel.In(_ml);
        using var model = whole.Unlearn("house-0");
        ManyRow[] rows = [new() { Prompt = "In house 0 lives", Answer = "a grey otter.", Sources = ["house-0", "house-1"] }, new() { Prompt = "In house 0 lives", Answer = "a grey otter.", Sources = ["house-0"] }];

        var metrics = _ml.EvaluateNulls(model, _ml.Data.LoadFromEnumerable(rows));

        Assert.Equal((1, 1), (metrics.Unlearned.Accuracy.Count, metrics.Remaining.Accuracy.Count));
        Assert.Equal(0, metrics.All.TruthRatio.Count);
    }

    [Fact]
    public void A_key_column_and_a_chain_do_as_well()
    {
        using var model = TinyModel.In(_ml);
        var chain = _ml.Transforms.CopyColumns("Copy", "Text").Fit(_ml.Data.LoadFromEnumerable(TinyModel.Corpus)).Append(model);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Source").Fit(View(Facts)).Transform(View(Facts));

        Assert.Equal(_ml.EvaluateNulls(model, View(Facts)).All.Accuracy.Value, _ml.EvaluateNulls(chain, keyed).All.Accuracy.Value);
    }

    [Fact]
    public void Sources_that_the_model_does_not_know_are_named()
    {
        using var model = TinyModel.In(_ml);
        FactRow[] facts = [.. Facts, new() { Prompt = "In house 99 lives", Answer = "a cat.", Alternatives = ["a dog."], Source = "house-99" }];

        var failure = Assert.Throws<ArgumentException>(() => _ml.EvaluateNulls(model, View(facts)));
        Assert.Contains("1 source that the model does not know: 'house-99'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, _ml.EvaluateNulls(model, View(facts), new() { AllowsUnknownSources = true }).Unlearned.Accuracy.Count);
    }

    [Fact]
    public void Facts_that_lack_something_are_named_by_their_row()
    {
        using var model = TinyModel.In(_ml);
        FactRow[] facts = [Facts[0], Facts[1] with { Answer = "" }, Facts[2] with { Source = "" }, Facts[3] with { Alternatives = [Facts[3].Answer] }, Facts[4] with { Prompt = "" }];

        var failure = Assert.Throws<ArgumentException>(() => _ml.EvaluateNulls(model, View(facts)));
        Assert.StartsWith("4 of 5 facts cannot be asked: fact 2, 'In house 1 lives', has no answer; fact 3, 'In house 2 lives', names no source; fact 4", failure.Message, StringComparison.Ordinal);
        Assert.Contains("has no prompt", failure.Message, StringComparison.Ordinal);
        Assert.Contains("have no row", Assert.Throws<ArgumentException>(() => _ml.EvaluateNulls(model, View([]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_do_not_fit_are_told_in_ML_NETs_sentence()
    {
        using var model = TinyModel.In(_ml);

        Told<ArgumentOutOfRangeException>("Could not find answer column 'Reply'", () => _ml.EvaluateNulls(model, View(Facts), new() { AnswerColumnName = "Reply" }));
        Told<ArgumentOutOfRangeException>("Could not find source column 'By' or 'Sources'", () => _ml.EvaluateNulls(model, View(Facts), new() { SourceColumnName = "By" }));
        Told<ArgumentOutOfRangeException>("Schema mismatch for prompt column 'Number': expected String, got Int32", () => _ml.EvaluateNulls(model, View(Facts), new() { PromptColumnName = "Number" }));
        Told<ArgumentOutOfRangeException>("Schema mismatch for alternatives column 'Number': expected Vector<String>, got Int32", () => _ml.EvaluateNulls(model, View(Facts), new() { AlternativesColumnName = "Number" }));
        Told<ArgumentException>("2 are called 'Answer'", () => _ml.EvaluateNulls(model, View(Facts), new() { PromptColumnName = "Answer" }));
        Told<ArgumentException>("holds no NULLs model", () => _ml.EvaluateNulls(_ml.Transforms.CopyColumns("Copy", "Prompt").Fit(View(Facts)), View(Facts)));
    }

    [Fact]
    public void A_kind_that_is_none_is_named()
    {
        using var model = TinyModel.In(_ml);
        KindRow[] rows = [new() { Prompt = "a", Answer = "b", Source = "house-0", Kind = "Rare" }];
        Told<ArgumentException>("is of the kind 'Rare', and there are Unique, Inferred, Shared", () => _ml.EvaluateNulls(model, _ml.Data.LoadFromEnumerable(rows)));
    }

    [Fact]
    public void A_proof_checks_its_data_before_it_trains()
    {
        using var folder = new TemporaryFolder();
        var corpus = _ml.Data.LoadFromEnumerable(TinyModel.Corpus);
        var options = new NullsProofOptions { Nulls = TinyModel.Options, Proof = new() { Folder = folder["proof"] } };

        Told<ArgumentException>("There is nothing to forget", () => _ml.ProveNulls(corpus, View(Facts), [], options));
        Told<ArgumentException>("The set 'forget' of the corpus 'corpus' names 1 of 1 sources that no document has: 'house-77'", () => _ml.ProveNulls(corpus, View(Facts), ["house-77"], options));
        Told<ArgumentException>("names 1 of 1 sources that no document has: 'house-99'", () => _ml.ProveNulls(corpus, View([.. Facts, Facts[0] with { Source = "house-99" }]), ["house-1"], options));
        Told<ArgumentException>("fact 1, 'In house 0 lives', has no answer", () => _ml.ProveNulls(corpus, View([Facts[0] with { Answer = "" }]), ["house-0"], options));
        Told<ArgumentOutOfRangeException>("Could not find text column 'Body'", () => _ml.ProveNulls(corpus, View(Facts), ["house-1"], options with { Nulls = TinyModel.Options with { TextColumnName = "Body" } }));
        Assert.False(Directory.Exists(folder["proof"]));
    }

    [Fact]
    public void A_proof_of_the_users_own_data_is_a_report()
    {
        using var folder = new TemporaryFolder();
        var log = new List<string>();
        _ml.Log += (_, line) => log.Add(line.Message);
        FactRow[] facts = [.. Facts, .. Pets.Select((pet, house) => Facts[house] with { Prompt = $"Whoever enters house {house} meets", Answer = pet + " at", Alternatives = [.. Pets.Where(other => other != pet).Select(other => other + " at")] })];

        var report = _ml.ProveNulls(_ml.Data.LoadFromEnumerable(TinyModel.Corpus), View(facts), ["house-1", "house-2", "house-4", "house-6"], ProofIn(folder));

        Assert.Equal(("houses", "forget", 8, 4), (report.Corpus, report.ForgetSet, report.SourceCount, report.ForgottenCount));
        Assert.Contains(report.Measurements, number => number is { System: "nulls.backbone", Metric: "accuracy", FactType: "unique.forgotten", Count: 8 });
        Assert.Contains(report.Claims, claim => claim.Name == "own.knowsUnique");
        Assert.Contains(log, line => line.Contains("% done", StringComparison.Ordinal));
    }

    [Fact]
    public void Too_few_facts_to_show_that_anything_is_forgotten_end_a_proof()
    {
        using var folder = new TemporaryFolder();
        Told<InvalidOperationException>("would be vacuous: of 2 facts", () => _ml.ProveNulls(_ml.Data.LoadFromEnumerable(TinyModel.Corpus), View(Facts), ["house-1", "house-2"], ProofIn(folder)));
    }

    [Fact]
    public void A_proof_stops_when_it_is_cancelled()
    {
        using var folder = new TemporaryFolder();
        var options = new NullsProofOptions { Nulls = TinyModel.Options with { CancellationToken = new(canceled: true) }, Proof = new() { Folder = folder["proof"] } };
        Assert.ThrowsAny<OperationCanceledException>(() => _ml.ProveNulls(_ml.Data.LoadFromEnumerable(TinyModel.Corpus), View(Facts), ["house-1"], options));
    }

    private static NullsProofOptions ProofIn(TemporaryFolder folder) => new()
    {
        CorpusName = "houses",
        Nulls = TinyModel.Options with { Training = new TrainingOptions { Passes = 100, Precision = Model.Precision.Float32 } },
        Proof = new() { Form = ProofForm.Quick, Seeds = [1], Folder = folder["proof"], Systems = ["nulls.own", "nulls.backbone", "nulls.retrained.backbone"] },
    };

    private static void Told<TException>(string text, Action action) where TException : Exception =>
        Assert.Contains(text, Assert.Throws<TException>(action).Message, StringComparison.Ordinal);

    private IDataView View(FactRow[] facts) => _ml.Data.LoadFromEnumerable(facts);

    private sealed record FactRow
    {
        public string Prompt { get; set; } = "";

        public string Answer { get; set; } = "";

        public string[] Alternatives { get; set; } = [];

        public string Source { get; set; } = "";

        public int Number { get; set; }
    }

    private sealed record ManyRow
    {
        public string Prompt { get; set; } = "";

        public string Answer { get; set; } = "";

        public string[] Sources { get; set; } = [];
    }

    private sealed record KindRow
    {
        public string Prompt { get; set; } = "";

        public string Answer { get; set; } = "";

        public string Source { get; set; } = "";

        public string Kind { get; set; } = "";
    }
}
