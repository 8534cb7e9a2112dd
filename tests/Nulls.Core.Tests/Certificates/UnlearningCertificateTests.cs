using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nulls.Certificates;
using Nulls.Tests.Support;
using Nulls.Unlearning;

namespace Nulls.Tests.Certificates;

public class UnlearningCertificateTests(IssuedCertificates issued) : IClassFixture<IssuedCertificates>
{
    [Fact]
    public void With_all_evidence_every_check_passes()
    {
        var verification = issued.Certificate.Verify(issued.Key, issued.Evidence);
        Assert.All(verification.Checks, check => Assert.Equal(CertificateCheckOutcome.Passed, check.Outcome));
        Assert.True(verification.IsSound);
    }

    [Fact]
    public void With_the_public_key_alone_signature_and_structure_are_checked_and_the_rest_is_told_as_not_checked()
    {
        using var publicKey = ECDsa.Create();
        publicKey.ImportFromPem(issued.Key.ExportSubjectPublicKeyInfoPem());
        var verification = UnlearningCertificate.Parse(issued.Certificate.ToBytes()).Verify(publicKey);
        Assert.True(verification.IsSound);
        Assert.Equal(["signature", "structure"], verification.Checks.Where(check => check.Outcome == CertificateCheckOutcome.Passed).Select(check => check.Name));
        Assert.All(verification.Checks.Skip(2), check => Assert.Equal(CertificateCheckOutcome.NotChecked, check.Outcome));
    }

    [Fact]
    public void A_key_of_PKCS_8_in_PEM_signs()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(issued.Key.ExportPkcs8PrivateKeyPem());
        Assert.True(Unsigned().Sign(key).Verify(issued.Key).IsSound);
    }

    [Fact]
    public void A_certificate_that_is_not_signed_is_not_sound() => Assert.False(Unsigned().Verify(issued.Key, issued.Evidence).IsSound);

    [Fact]
    public void Another_key_does_not_verify_it()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(issued.Certificate.Verify(other).IsSound);
    }

    [Fact]
    public void A_key_on_another_curve_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Contains("P-256", Assert.Throws<ArgumentException>(() => Unsigned().Sign(other)).Message);
        Assert.Throws<ArgumentException>(() => issued.Certificate.Verify(other));
    }

    [Fact]
    public void A_signed_certificate_is_not_signed_again() => Assert.Throws<InvalidOperationException>(() => issued.Certificate.Sign(issued.Key));

    [Fact]
    public void A_saved_certificate_is_loaded_with_the_same_bytes()
    {
        issued.Certificate.Save(issued.Path("a.dsse.json"));
        var loaded = UnlearningCertificate.Load(issued.Path("a.dsse.json"));
        Assert.Equal(issued.Certificate.ToBytes(), loaded.ToBytes());
        Assert.Equal((issued.Certificate.Id, CertificateMode.Erase, issued.Certificate.KeyId), (loaded.Id, loaded.Mode, loaded.KeyId));
    }

    [Fact]
    public void What_is_signed_is_the_payload_as_DSSE_encodes_it() =>
        Assert.Equal("DSSEv1 28 application/vnd.in-toto+json 5 hello", Encoding.ASCII.GetString(CertificateEnvelope.ToBeSigned("hello"u8)));

    [Fact]
    public void The_payload_is_an_in_toto_statement_about_the_weights_before_and_after()
    {
        using var envelope = JsonDocument.Parse(issued.Certificate.ToBytes());
        using var statement = JsonDocument.Parse(envelope.RootElement.GetProperty("payload").GetBytesFromBase64());
        Assert.Equal("https://in-toto.io/Statement/v1", statement.RootElement.GetProperty("_type").GetString());
        Assert.Equal(
            [issued.Before.ModelDigest, issued.After.ModelDigest],
            statement.RootElement.GetProperty("subject").EnumerateArray().Select(subject => $"sha256:{subject.GetProperty("digest").GetProperty("sha256").GetString()}"));
    }

    [Fact]
    public void Every_attack_without_a_test_has_a_row_that_says_so()
    {
        var notRun = issued.Certificate.Tests.Where(test => test.Verdict == CertificateVerdict.NotRun).Select(test => test.Threat);
        Assert.Equal(Enum.GetValues<CertificateThreat>().Where(threat => threat != CertificateThreat.Effect).Order(), notRun.Order());
    }

    [Fact]
    public void No_key_and_no_id_of_a_source_is_in_it()
    {
        var bytes = Encoding.UTF8.GetString(issued.Certificate.ToBytes());
        var payload = Encoding.UTF8.GetString(issued.Certificate.Statement.ToBytes());
        var page = issued.Certificate.ToHtml(issued.Certificate.Verify(issued.Key, issued.Evidence));
        issued.Before.Sources.TryGetIndex(IssuedCertificates.Erased, out var index);
        var id = issued.Before.Sources.GetId(index);
        foreach (var trace in new[] { IssuedCertificates.Erased, id.ToString(), id.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), Convert.ToHexStringLower(BitConverter.GetBytes(id.Value)) })
            Assert.All(new[] { bytes, payload, page }, text => Assert.DoesNotContain(trace, text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Switching_off_is_certified_with_the_ledger_and_shows_no_zero_weights()
    {
        using var folder = new TemporaryFolder();
        var ledger = UnlearningLedger.Create(folder["ledger"], issued.LedgerKey, issued.Before.Sources, issued.Before.ModelDigest);
        using var forgetful = issued.Before.Unlearn(["book-5"], ledger, IssuedCertificates.Request);
        var certificate = UnlearningCertificate.Issue(issued.Before, forgetful, ledger, ledger.ReadEntries().Single()).Sign(issued.Key);
        var verification = certificate.Verify(issued.Key, new CertificateEvidence { Ledger = ledger, LedgerKey = issued.LedgerKey, ModelAfter = issued.FolderBefore });
        Assert.True(verification.IsSound);
        Assert.Equal(CertificateMode.Disable, certificate.Mode);
        Assert.Equal(CertificateCheckOutcome.NotChecked, verification.Checks[^1].Outcome);
    }

    [Fact]
    public void A_compact_model_is_certified_as_holding_none_of_the_sources()
    {
        using var compact = issued.Before.Compact(["book-1", "book-2"]);
        compact.Save(issued.Path("compact"));
        var certificate = UnlearningCertificate.Issue(issued.Before, compact, issued.Ledger, issued.Entry).Sign(issued.Key);
        var verification = certificate.Verify(issued.Key, issued.Evidence with { ModelAfter = issued.Path("compact") });
        Assert.True(verification.IsSound);
        Assert.Equal(CertificateMode.Compact, certificate.Mode);
        Assert.Equal(CertificateCheckOutcome.Passed, verification.Checks.Single(check => check.Name.StartsWith("no id", StringComparison.Ordinal)).Outcome);
    }

    [Fact]
    public void A_model_that_still_holds_the_source_is_not_certified() =>
        Assert.Contains("still holds 1", Assert.Throws<InvalidOperationException>(() => UnlearningCertificate.Issue(issued.Before, issued.Before, issued.Ledger, issued.Entry)).Message);

    [Fact]
    public void A_model_that_still_runs_the_sinks_is_not_certified()
    {
        using var folder = new TemporaryFolder();
        var ledger = UnlearningLedger.Create(folder["ledger"], issued.LedgerKey, issued.Before.Sources, issued.Before.ModelDigest);
        var entry = ledger.Append(LedgerAction.Disable, ["book-5"], IssuedCertificates.Request, issued.Before.ModelDigest);
        Assert.Contains("still run", Assert.Throws<InvalidOperationException>(() => UnlearningCertificate.Issue(issued.Before, issued.Before, ledger, entry)).Message);
    }

    [Fact]
    public void An_entry_that_restores_or_is_of_another_ledger_is_not_certified()
    {
        using var folder = new TemporaryFolder();
        var ledger = UnlearningLedger.Create(folder["ledger"], issued.LedgerKey, issued.Before.Sources, issued.Before.ModelDigest);
        var restore = ledger.Append(LedgerAction.Restore, ["book-5"], IssuedCertificates.Request, issued.Before.ModelDigest);
        Assert.Contains("restores", Assert.Throws<ArgumentException>(() => UnlearningCertificate.Issue(issued.Before, issued.After, ledger, restore)).Message);
        Assert.Contains("has no entry", Assert.Throws<ArgumentException>(() => UnlearningCertificate.Issue(issued.Before, issued.After, ledger, issued.Entry)).Message);
    }

    [Fact]
    public void A_compact_model_whose_sources_share_sinks_with_the_erased_is_certified_only_once_those_are_zero()
    {
        using var crowded = TinyBundle.Train(TinyBundle.Options with
        {
            Model = TinyBundle.Options.Model with { Allocation = Nulls.Sinks.SinkAllocationKind.Hashed, SinkPoolWidth = 40 },
            Training = TinyBundle.Options.Training with { Passes = 1 },
        });
        using var folder = new TemporaryFolder();
        var ledger = UnlearningLedger.Create(folder["ledger"], issued.LedgerKey, crowded.Sources, crowded.ModelDigest);
        using var erased = crowded.Erase(["book-3"], ledger, IssuedCertificates.Request);
        var kept = TinyBundle.Keys.Where(key => key != "book-3").ToArray();
        var shared = crowded.ImpactOfErasing(["book-3"]).MostAffected.Select(source => TinyBundle.Keys[source.SourceIndex]).ToArray();
        Assert.NotEmpty(shared);
        using var hasty = crowded.Compact(kept);
        using var careful = erased.Compact(kept);
        var entry = ledger.ReadEntries().Single();
        Assert.Contains("share them", Assert.Throws<InvalidOperationException>(() => UnlearningCertificate.Issue(crowded, hasty, ledger, entry)).Message);
        Assert.Equal(CertificateMode.Compact, UnlearningCertificate.Issue(crowded, careful, ledger, entry).Mode);
    }

    [Fact]
    public void A_model_that_was_trained_again_is_not_certified_as_erased()
    {
        using var again = TinyBundle.Train(TinyBundle.Options with { Seed = 9, Training = TinyBundle.Options.Training with { Passes = 1 } });
        Assert.Contains("another backbone", Assert.Throws<InvalidOperationException>(() => UnlearningCertificate.Issue(issued.Before, again, issued.Ledger, issued.Entry)).Message);
    }

    [Fact]
    public void A_detail_that_names_the_source_is_refused()
    {
        using var named = TinyBundle.Train(TinyBundle.Options with { KeepSourceKeys = true, Training = TinyBundle.Options.Training with { Passes = 1 } });
        using var folder = new TemporaryFolder();
        var ledger = UnlearningLedger.Create(folder["ledger"], issued.LedgerKey, named.Sources, named.ModelDigest);
        using var erased = named.Erase(["book-5"], ledger, IssuedCertificates.Request);
        var details = new CertificateDetails { Recall = [new CertificateArtefact { Name = "export of BOOK-5", Kind = "GGUF" }] };
        var refusal = Assert.Throws<ArgumentException>(() => UnlearningCertificate.Issue(named, erased, ledger, ledger.ReadEntries().Single(), details));
        Assert.DoesNotContain("book-5", refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_test_that_passed_nothing_is_refused()
    {
        var details = new CertificateDetails { Tests = [new CertificateTest { Name = "a", Threat = CertificateThreat.Relearning, Verdict = CertificateVerdict.Passed, Explanation = "b" }] };
        Assert.Contains("no finite number", Assert.Throws<ArgumentException>(() => UnlearningCertificate.Issue(issued.Before, issued.After, issued.Ledger, issued.Entry, details)).Message);
    }

    [Fact]
    public void Issuing_and_verifying_leave_no_tensor_behind() => LiveTensors.AssertUnchangedBy(() => Unsigned().Verify(issued.Key, issued.Evidence));

    private UnlearningCertificate Unsigned() => UnlearningCertificate.Issue(issued.Before, issued.After, issued.Ledger, issued.Entry);
}
