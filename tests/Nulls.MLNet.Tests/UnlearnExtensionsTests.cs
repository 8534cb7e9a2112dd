using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Inference;
using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests;

public class UnlearnExtensionsTests
{
    private static readonly LedgerRequest Request = new() { Actor = "privacy-office", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" };

    private readonly MLContext _ml = new();

    [Fact]
    public void An_unlearned_source_no_longer_runs_its_sinks()
    {
        using var model = TinyModel.In(_ml);

        using NullsTransformer forgetful = model.Unlearn("house-2");

        foreach (var (row, scored) in TinyModel.Sourced.Zip(TinyModel.Score(forgetful, TinyModel.Sourced)))
            Assert.Equal(row.Source != "house-2", scored.SinkState == "Own");
    }

    [Fact]
    public void Unlearning_changes_the_scores_of_that_source_and_no_other_to_the_bit()
    {
        using var model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = 1 });
        using var forgetful = model.Unlearn("house-2");

        foreach (var (row, before, after) in TinyModel.Sourced.Zip(TinyModel.Score(model, TinyModel.Sourced), TinyModel.Score(forgetful, TinyModel.Sourced)))
        {
            if (row.Source == "house-2")
                Assert.NotEqual(before.Score, after.Score);
            else
                Assert.Equal(before.TokenLogProbabilities, after.TokenLogProbabilities);
        }
    }

    [Fact]
    public void The_model_that_was_given_stays_as_it_was()
    {
        using var model = TinyModel.In(_ml);

        using var forgetful = model.Unlearn("house-2");

        Assert.False(model.Bundle.IsUnlearned("house-2"));
        Assert.True(forgetful.Bundle.IsUnlearned("house-2"));
    }

    [Fact]
    public void One_key_many_keys_and_a_sequence_are_all_taken()
    {
        using var model = TinyModel.In(_ml);

        using var one = model.Unlearn("house-1");
        using var two = model.Unlearn("house-1", "house-2");
        using var three = model.Unlearn(TinyModel.Sources.Take(3));

        Assert.Equal((1, 2, 3), (one.Bundle.UnlearnedCount, two.Bundle.UnlearnedCount, three.Bundle.UnlearnedCount));
    }

    [Fact]
    public void A_predicate_chooses_among_the_keys()
    {
        using var model = TinyModel.In(_ml);

        using var forgetful = model.Unlearn(key => key is "house-1" or "house-5");

        Assert.Equal(["house-1", "house-5"], TinyModel.Sources.Where(forgetful.Bundle.IsUnlearned));
    }

    [Fact]
    public void Restoring_gives_the_scores_back_to_the_bit()
    {
        using var model = TinyModel.In(_ml);
        using var forgetful = model.Unlearn(TinyModel.Sources);

        using var restored = forgetful.Restore(TinyModel.Sources);

        Assert.Equal(TinyModel.Scores(model, TinyModel.Sourced), TinyModel.Scores(restored, TinyModel.Sourced));
    }

    [Fact]
    public void Unknown_keys_are_named_and_change_nothing()
    {
        using var model = TinyModel.In(_ml);

        var unlearn = Assert.Throws<ArgumentException>(() => model.Unlearn("house-1", "House-1", "castle"));
        var restore = Assert.Throws<ArgumentException>(() => model.Restore("castle"));

        Assert.Contains("'House-1', 'castle'", unlearn.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'house-1'", unlearn.Message, StringComparison.Ordinal);
        Assert.Contains("'castle'", restore.Message, StringComparison.Ordinal);
        Assert.Equal(0, model.Bundle.UnlearnedCount);
    }

    [Fact]
    public void Nothing_to_unlearn_is_refused()
    {
        using var model = TinyModel.In(_ml);

        Assert.Throws<ArgumentException>(() => model.Unlearn());
        Assert.Throws<ArgumentException>(() => model.Unlearn(""));
    }

    [Fact]
    public void Routing_can_be_changed_without_touching_the_rest()
    {
        using var model = TinyModel.In(_ml).Unlearn("house-2");

        using NullsTransformer backbone = model.WithRouting(SinkRouting.Backbone);

        var rows = TinyModel.Sourced.Where(row => row.Source == "house-2").ToArray();
        Assert.All(TinyModel.Score(model, rows), row => Assert.Equal("Routed", row.SinkState));
        Assert.All(TinyModel.Score(backbone, rows), row => Assert.Equal("Backbone", row.SinkState));
    }

    [Fact]
    public void Routed_sources_are_named_only_if_that_is_allowed()
    {
        using var model = TinyModel.In(_ml).Unlearn("house-2");
        using NullsTransformer silent = model.WithRoutedSourcesReported(false);
        var request = new ScoringRequest(TinyModel.Sourced[0].Text, null);

        Assert.NotEmpty(model.Bundle.Score([request], ScoringOutputs.SinkState)[0].SinkSources);
        Assert.Empty(silent.Bundle.Score([request], ScoringOutputs.SinkState)[0].SinkSources);
    }

    [Fact]
    public void A_router_of_the_users_finds_the_sources()
    {
        using var model = TinyModel.In(_ml);
        var router = new FirstAdmissible([.. Enumerable.Range(0, model.Bundle.Sources.Count).Select(model.Bundle.Sources.GetId)]);
        using NullsTransformer routed = model.WithRouter(router, SinkRouting.NearestSource);
        var request = new ScoringRequest("any text", null);

        Assert.Equal([model.Bundle.Sources.GetId(0)], routed.Bundle.Score([request], ScoringOutputs.SinkState)[0].SinkSources);
    }

    [Fact]
    public void A_chain_keeps_its_type_its_scopes_and_its_other_transformers()
    {
        using var model = TinyModel.In(_ml);
        var data = _ml.Data.LoadFromEnumerable(TinyModel.Sourced);
        var copy = _ml.Transforms.CopyColumns("Copy", "Text").Fit(data);
        TransformerChain<NullsTransformer> chain = new TransformerChain<ITransformer>()
            .Append(copy, TransformerScope.Training).Append(model, TransformerScope.Everything);

        using TransformerChain<NullsTransformer> forgetful = chain.Unlearn("house-2");

        Assert.Same(copy, forgetful.First());
        Assert.True(forgetful.LastTransformer.Bundle.IsUnlearned("house-2"));
        Assert.Null(forgetful.GetOutputSchema(data.Schema).GetColumnOrNull("Copy"));
        Assert.NotNull(forgetful.GetOutputSchema(data.Schema, TransformerScope.Training).GetColumnOrNull("Copy"));
    }

    [Fact]
    public void A_model_deep_inside_a_chain_held_as_a_transformer_is_found()
    {
        using var model = TinyModel.In(_ml);
        var data = _ml.Data.LoadFromEnumerable(TinyModel.Sourced);
        var inner = new TransformerChain<NullsTransformer>(_ml.Transforms.CopyColumns("Copy", "Text").Fit(data), model);
        ITransformer outer = new TransformerChain<ITransformer>(inner, _ml.Transforms.CopyColumns("Nats", "Score").Fit(inner.Transform(data)));

        ITransformer forgetful = outer.Unlearn("house-2");

        Assert.IsType<TransformerChain<ITransformer>>(forgetful);
        Assert.Equal(
            TinyModel.Sourced.Select(row => row.Source != "house-2"),
            forgetful.Transform(data).GetColumn<string>("SinkState").Select(state => state == "Own"));
        ((IDisposable)forgetful).Dispose();
    }

    [Fact]
    public void Each_model_of_a_chain_forgets_the_keys_that_it_knows()
    {
        using var knows = TinyModel.In(_ml);
        using var other = _ml.Nulls(CompositionTests.WithPrefix("Other") with { Training = new Training.TrainingOptions { Passes = 1 } }).Fit(
            _ml.Data.LoadFromEnumerable(TinyModel.Corpus.Select(row => new Row { Text = row.Text, Source = row.Source == "house-1" ? "barn" : row.Source })));
        var chain = knows.Append(other);

        using var forgetful = chain.Unlearn("house-1", "house-2", "barn");

        var first = Assert.IsType<NullsTransformer>(forgetful.First());
        Assert.Equal(["house-1", "house-2"], TinyModel.Sources.Where(first.Bundle.IsUnlearned));
        Assert.Equal(2, forgetful.LastTransformer.Bundle.UnlearnedCount);
        Assert.True(forgetful.LastTransformer.Bundle.IsUnlearned("barn"));
    }

    [Fact]
    public void A_chain_without_a_model_is_refused_with_what_it_holds()
    {
        var chain = new TransformerChain<ITransformer>(_ml.Transforms.CopyColumns("Copy", "Text").Fit(_ml.Data.LoadFromEnumerable(TinyModel.Sourced)));

        var exception = Assert.Throws<ArgumentException>(() => chain.Unlearn("house-2"));

        Assert.Contains("holds no NULLs model", exception.Message, StringComparison.Ordinal);
        Assert.Contains("ColumnCopyingTransformer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_change_of_a_chain_leaves_no_handle_behind()
    {
        // The second model keeps no keys, so the predicate fails after the first was changed.
        using var first = TinyModel.In(_ml);
        using var second = _ml.Nulls(CompositionTests.WithPrefix("Other") with { KeepSourceKeys = false, Training = new Training.TrainingOptions { Passes = 1 } })
            .Fit(_ml.Data.LoadFromEnumerable(TinyModel.Corpus));
        var chain = first.Append(second);

        LiveTensors.AssertUnchangedBy(() => Assert.Throws<InvalidOperationException>(() => chain.Unlearn(key => key == "house-1")));
    }

    [Fact]
    public void Unlearning_with_a_ledger_is_an_entry_that_a_model_loaded_later_obeys()
    {
        using var folder = new TemporaryFolder();
        using var key = LedgerKey.Create(folder["ledger.key"]);
        using var model = TinyModel.In(_ml);
        var ledger = UnlearningLedger.Create(folder["unlearning.ledger"], key, model.Bundle.Sources, model.Bundle.ModelDigest);
        _ml.Model.Save(model, null, folder["model.zip"]);

        using NullsTransformer forgetful = model.Unlearn(ledger, Request, "house-1", "house-2");
        using NullsTransformer restored = forgetful.Restore(ledger, Request, "house-1");

        var loaded = _ml.Model.Load(folder["model.zip"], out _);
        using var obeying = (IDisposable)loaded.WithLedger(UnlearningLedger.Open(folder["unlearning.ledger"], key));
        Assert.Equal(TinyModel.Scores(restored, TinyModel.Sourced), TinyModel.Scores((ITransformer)obeying, TinyModel.Sourced));
        Assert.Equal(["house-2"], TinyModel.Sources.Where(restored.Bundle.IsUnlearned));
        ((IDisposable)loaded).Dispose();
    }

    [Fact]
    public void Nothing_is_recorded_where_it_is_not_clear_of_which_model()
    {
        using var folder = new TemporaryFolder();
        using var key = LedgerKey.Create(folder["ledger.key"]);
        using var model = TinyModel.In(_ml);
        var ledger = UnlearningLedger.Create(folder["unlearning.ledger"], key, model.Bundle.Sources, model.Bundle.ModelDigest);
        var chain = new TransformerChain<ITransformer>(model, model.With(model.Bundle.Share()));

        Assert.Contains("2 NULLs models", Assert.Throws<ArgumentException>(() => chain.Unlearn(ledger, Request, "house-1")).Message);
        Assert.Throws<ArgumentException>(() => chain.WithLedger(ledger));
        Assert.Throws<ArgumentException>(() => model.Unlearn(ledger, Request, "house-1", "no such house"));
        Assert.Empty(ledger.ReadEntries());
        chain.Dispose();
    }

    [Fact]
    public void Erasing_with_a_ledger_is_an_entry_that_no_restore_undoes()
    {
        using var folder = new TemporaryFolder();
        using var key = LedgerKey.Create(folder["ledger.key"]);
        using var model = TinyModel.In(_ml);
        var ledger = UnlearningLedger.Create(folder["unlearning.ledger"], key, model.Bundle.Sources, model.Bundle.ModelDigest);

        using NullsTransformer erased = model.Erase(ledger, Request, "house-2");

        Assert.Equal(LedgerAction.Erase, Assert.Single(ledger.ReadEntries()).Action);
        Assert.False(erased.Knows("house-2"));
        Assert.Throws<InvalidOperationException>(() => model.Restore(ledger, Request, "house-2"));
    }

    [Fact]
    public void A_model_loaded_later_is_erased_as_its_ledger_orders_without_a_key_of_a_source()
    {
        using var folder = new TemporaryFolder();
        using var key = LedgerKey.Create(folder["ledger.key"]);
        using var model = TinyModel.In(_ml);
        var ledger = UnlearningLedger.Create(folder["unlearning.ledger"], key, model.Bundle.Sources, model.Bundle.ModelDigest);
        model.Erase(ledger, Request, "house-2").Dispose();

        using var late = model.EraseAsOrdered(UnlearningLedger.Open(folder["unlearning.ledger"], key));

        using var expected = model.Erase("house-2");
        Assert.Equal(expected.Bundle.ModelDigest, late.Bundle.ModelDigest);
    }

    [Fact]
    public void A_compact_model_scores_its_source_and_knows_no_other()
    {
        using var model = TinyModel.In(_ml);

        using NullsTransformer compact = model.Compact("house-1");

        Assert.Equal((true, false), (compact.Knows("house-1"), compact.Knows("house-2")));
    }

    [Fact]
    public void The_impact_of_erasing_is_that_of_the_model_inside_a_chain()
    {
        using var model = TinyModel.In(_ml);
        var chain = new TransformerChain<ITransformer>(model);

        Assert.Equivalent(model.Bundle.ImpactOfErasing(["house-2"]), chain.ImpactOfErasing("house-2"));
    }

    [Fact]
    public void A_chain_of_several_models_is_neither_compacted_nor_erased_with_a_ledger()
    {
        using var folder = new TemporaryFolder();
        using var key = LedgerKey.Create(folder["ledger.key"]);
        using var model = TinyModel.In(_ml);
        var ledger = UnlearningLedger.Create(folder["unlearning.ledger"], key, model.Bundle.Sources, model.Bundle.ModelDigest);
        using var chain = new TransformerChain<ITransformer>(model, model.With(model.Bundle.Share()));

        Assert.Throws<ArgumentException>(() => chain.Compact("house-1"));
        Assert.Throws<ArgumentException>(() => chain.ImpactOfErasing("house-1"));
        Assert.Throws<ArgumentException>(() => chain.Erase(ledger, Request, "house-1"));
        Assert.Throws<ArgumentException>(() => chain.EraseAsOrdered(ledger));
        Assert.Empty(ledger.ReadEntries());
    }

    private sealed class FirstAdmissible(IReadOnlyList<SourceId> sources) : ISourceRouter
    {
        public IReadOnlyList<IReadOnlyList<RoutedSource>> Nearest(IReadOnlyList<string> texts, int count, Func<SourceId, bool> isAdmissible, CancellationToken cancellationToken) =>
            [.. texts.Select(_ => (IReadOnlyList<RoutedSource>)[.. sources.Where(isAdmissible).Take(count).Select(source => new RoutedSource(source, 1))])];
    }
}
