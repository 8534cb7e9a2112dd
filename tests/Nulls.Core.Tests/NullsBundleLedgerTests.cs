using System.Security.Cryptography;
using Nulls.Inference;
using Nulls.Tests.Support;
using Nulls.Unlearning;

namespace Nulls.Tests;

/// <summary>A model and its ledger.</summary>
public sealed class NullsBundleLedgerTests : IClassFixture<TinyBundle>, IDisposable
{
    private static readonly LedgerRequest Request = new() { Actor = "privacy-office", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" };

    private readonly TinyBundle _tiny;
    private readonly TemporaryFolder _folder = new();
    private readonly LedgerKey _key = LedgerKey.FromBytes([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private readonly UnlearningLedger _ledger;

    public NullsBundleLedgerTests(TinyBundle tiny)
    {
        _tiny = tiny;
        _ledger = UnlearningLedger.Create(File, _key, tiny.Bundle.Sources, tiny.Bundle.ModelDigest);
    }

    private string File => _folder["unlearning.ledger"];

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Unlearning_with_a_ledger_is_unlearning_and_an_entry()
    {
        using var recorded = _tiny.Bundle.Unlearn(["book-3"], _ledger, Request);
        using var plain = _tiny.Bundle.Unlearn(["book-3"]);
        Assert.Equal(Scores(plain), Scores(recorded));
        var entry = Assert.Single(UnlearningLedger.Open(File, _key).ReadEntries());
        Assert.Equal(LedgerAction.Disable, entry.Action);
        Assert.Equal([_ledger.PseudonymOf("book-3")], entry.Sources);
        Assert.Equal(_tiny.Bundle.ModelDigest, entry.ModelDigest);
    }

    [Fact]
    public void A_loaded_model_obeys_its_ledger_after_a_restart()
    {
        _tiny.Bundle.Save(_folder["model"]);
        _tiny.Bundle.Unlearn(["book-3", "book-5"], _ledger, Request).Dispose();
        _tiny.Bundle.Restore(["book-5"], _ledger, Request).Dispose();

        using var loaded = NullsBundle.Load(_folder["model"]);
        using var obeying = loaded.WithLedger(UnlearningLedger.Open(File, _key));
        using var expected = _tiny.Bundle.Unlearn(["book-3"]);
        Assert.Equal(Scores(expected), Scores(obeying));
        Assert.False(loaded.IsUnlearned("book-3"));
    }

    [Fact]
    public void A_model_saved_with_its_ledger_applied_is_restored_by_the_ledger()
    {
        using (var forgetful = _tiny.Bundle.Unlearn(["book-3", "book-4"], _ledger, Request))
            forgetful.Save(_folder["model"]);
        using var loaded = NullsBundle.Load(_folder["model"]);
        Assert.True(loaded.IsUnlearned("book-3"));
        using var restored = loaded.Restore(["book-3"], _ledger, Request);
        Assert.False(restored.IsUnlearned("book-3"));
        Assert.True(restored.IsUnlearned("book-4"));
    }

    [Fact]
    public void What_a_model_unlearned_without_its_ledger_stays_so()
    {
        using var forgetful = _tiny.Bundle.Unlearn(["book-1"]);
        using var obeying = forgetful.Unlearn(["book-2"], _ledger, Request);
        Assert.Equal([true, true], new[] { "book-1", "book-2" }.Select(obeying.IsUnlearned));
    }

    [Fact]
    public void Another_instance_follows_by_reading_on()
    {
        var elsewhere = UnlearningLedger.Open(File, _key);
        _tiny.Bundle.Unlearn(["book-6"], _ledger, Request).Dispose();
        using var before = _tiny.Bundle.WithLedger(elsewhere);
        Assert.False(before.IsUnlearned("book-6"));
        Assert.True(elsewhere.Refresh());
        using var after = before.WithLedger(elsewhere);
        Assert.True(after.IsUnlearned("book-6"));
    }

    [Fact]
    public void What_the_ledger_erases_does_not_run_and_does_not_come_back()
    {
        _ledger.Append(LedgerAction.Erase, ["book-7"], Request, _tiny.Bundle.ModelDigest);
        using var obeying = _tiny.Bundle.WithLedger(_ledger);
        Assert.True(obeying.IsUnlearned("book-7"));
        Assert.Contains("'book-7'", Assert.Throws<InvalidOperationException>(() => obeying.Restore(["book-7"], _ledger, Request)).Message);
    }

    [Fact]
    public void Erasing_with_a_ledger_is_erasing_and_an_entry_that_names_the_model_before()
    {
        using var erased = _tiny.Bundle.Erase(["book-3"], _ledger, Request);
        using var plain = _tiny.Bundle.Erase(["book-3"]);
        Assert.Equal(plain.ModelDigest, erased.ModelDigest);
        Assert.Equal(Scores(plain), Scores(erased));
        var entry = Assert.Single(UnlearningLedger.Open(File, _key).ReadEntries());
        Assert.Equal((LedgerAction.Erase, _tiny.Bundle.ModelDigest), (entry.Action, entry.ModelDigest));
        Assert.Equal([_ledger.PseudonymOf("book-3")], entry.Sources);
    }

    [Fact]
    public void An_erased_bundle_obeys_what_its_ledger_says_of_others()
    {
        _ledger.Append(LedgerAction.Disable, ["book-1"], Request, _tiny.Bundle.ModelDigest);
        using var erased = _tiny.Bundle.Erase(["book-3"], _ledger, Request);
        Assert.True(erased.IsUnlearned("book-1"));
        Assert.False(erased.Sources.TryGetIndex("book-3", out _));
    }

    [Fact]
    public void An_erasure_whose_process_ended_before_saving_holds_and_is_carried_out_without_the_key()
    {
        _tiny.Bundle.Save(_folder["model"]);
        _tiny.Bundle.Erase(["book-3"], _ledger, Request).Dispose();

        using var loaded = NullsBundle.Load(_folder["model"]);
        var ledger = UnlearningLedger.Open(File, _key);
        using var obeying = loaded.WithLedger(ledger);
        using var erased = loaded.EraseAsOrdered(ledger);
        using var expected = _tiny.Bundle.Erase(["book-3"]);
        Assert.True(obeying.IsUnlearned("book-3"));
        Assert.Equal(expected.ModelDigest, erased.ModelDigest);
        Assert.False(erased.Sources.TryGetIndex("book-3", out _));
        Assert.Single(ledger.ReadEntries());
    }

    [Fact]
    public void Where_nothing_is_left_to_erase_the_weights_are_shared()
    {
        using var erased = _tiny.Bundle.Erase(["book-3"], _ledger, Request);
        LiveTensors.AssertUnchangedBy(() =>
        {
            using var again = erased.EraseAsOrdered(_ledger);
            Assert.Equal(erased.ModelDigest, again.ModelDigest);
        });
    }

    [Fact]
    public void An_erased_bundle_follows_what_another_process_appends()
    {
        using var erased = _tiny.Bundle.Erase(["book-3"], _ledger, Request);
        _ledger.Append(LedgerAction.Disable, ["book-1"], Request, erased.ModelDigest);
        using var obeying = erased.WithLedger(UnlearningLedger.Open(File, _key));
        Assert.True(obeying.IsUnlearned("book-1"));
    }

    [Fact]
    public void An_erasure_that_cannot_be_recorded_leaves_no_model_and_no_entry()
    {
        System.IO.File.AppendAllText(File, "no record\n");
        LiveTensors.AssertUnchangedBy(() => Assert.Throws<InvalidDataException>(() => _tiny.Bundle.Erase(["book-3"], _ledger, Request)));
        Assert.False(_tiny.Bundle.IsUnlearned("book-3"));
    }

    [Fact]
    public void Nothing_is_erased_for_a_request_that_names_a_source() =>
        Assert.Contains("holds the key", Assert.Throws<ArgumentException>(() => _tiny.Bundle.Erase(["book-3"], _ledger, Request with { Actor = "book-3" })).Message);

    [Fact]
    public void Nothing_is_recorded_for_a_key_that_the_model_does_not_know()
    {
        Assert.Contains("'no such book'", Assert.Throws<ArgumentException>(() => _tiny.Bundle.Unlearn(["book-1", "no such book"], _ledger, Request)).Message);
        Assert.Empty(_ledger.ReadEntries());
    }

    [Fact]
    public void Nothing_is_recorded_in_a_ledger_of_another_model()
    {
        var other = UnlearningLedger.Create(_folder["other"], _key, new Nulls.Sources.SourceRegistry(), "sha256:0");
        Assert.Contains("another model", Assert.Throws<ArgumentException>(() => _tiny.Bundle.Unlearn(["book-1"], other, Request)).Message);
        Assert.Throws<ArgumentException>(() => _tiny.Bundle.WithLedger(other));
        Assert.Empty(other.ReadEntries());
    }

    [Fact]
    public void Nothing_is_recorded_for_a_disposed_model()
    {
        var bundle = _tiny.Bundle.Share();
        bundle.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bundle.Unlearn(["book-1"], _ledger, Request));
        Assert.Throws<ObjectDisposedException>(() => bundle.ModelDigest);
        Assert.Empty(_ledger.ReadEntries());
    }

    [Fact]
    public void A_models_digest_is_that_of_its_weights_file()
    {
        _tiny.Bundle.Save(_folder["model"]);
        var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(_folder["model", "model.safetensors"])))}";
        using var loaded = NullsBundle.Load(_folder["model"]);
        using var forgetful = loaded.Unlearn(["book-3"]);
        Assert.Equal([digest, digest, digest], new[] { _tiny.Bundle, loaded, forgetful }.Select(bundle => bundle.ModelDigest));
    }

    [Fact]
    public void A_model_trained_again_with_the_ledgers_salt_obeys_it()
    {
        _tiny.Bundle.Unlearn(["book-8"], _ledger, Request).Dispose();
        var options = TinyBundle.Options with { SourceSalt = _ledger.Genesis.SourceSalt };
        using var again = NullsBundle.Train(
            TinyBundle.Corpus().Where(document => document.Source is null || document.Source == "book-8" || !_ledger.IsUnlearned(document.Source)),
            options with { Training = options.Training with { Passes = 1 } });
        using var obeying = again.WithLedger(_ledger);
        Assert.Equal(["book-8"], TinyBundle.Keys.Where(obeying.IsUnlearned));
    }

    [Fact]
    public void A_salt_that_is_too_short_is_refused_before_training() =>
        Assert.Contains("got 3", Assert.Throws<ArgumentException>(() => TinyBundle.Train(TinyBundle.Options with { SourceSalt = new byte[3] })).Message);

    private static float[] Scores(NullsBundle bundle) =>
        [.. bundle.Score([.. TinyBundle.Keys.Select((key, i) => new ScoringRequest(TinyBundle.Text(i), key))], ScoringOutputs.LogProbabilities).Select(result => result.Score)];
}
