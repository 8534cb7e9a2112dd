using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Certificates;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Persistence;

/// <summary>A certificate is verified from ML.NET's files as from folders.</summary>
public sealed class CertifiedFileTests : IDisposable
{
    private const string Erased = "house-3";

    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly LedgerKey _ledgerKey;
    private readonly UnlearningCertificate _certificate;

    public CertifiedFileTests()
    {
        _ledgerKey = LedgerKey.Create(_folder["ledger.key"]);
        var before = TinyModel.Bundle;
        var ledger = UnlearningLedger.Create(_folder["ledger"], _ledgerKey, before.Sources, before.ModelDigest);
        using var after = before.Erase([Erased], ledger, new LedgerRequest { Actor = "privacy-office", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" });
        _certificate = UnlearningCertificate.Issue(before, after, ledger, ledger.ReadEntries().Single(), new CertificateDetails { RequesterRole = "data subject", ApproverRole = "officer" }).Sign(_key);
        Save(before, "before.zip");
        Save(after, "after.zip");
    }

    public void Dispose()
    {
        _key.Dispose();
        _ledgerKey.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Digests_ids_and_zero_weights_are_verified_inside_the_files()
    {
        var found = Verify("before.zip", "after.zip");
        Assert.True(found.IsSound, string.Join('\n', found.Checks.Select(check => $"{check.Name}: {check.Outcome}: {check.Detail}")));
        foreach (var name in new[] { "model before", "model after", "no id of the sources in the model after", "weights of the sinks are zero in the model after" })
            Assert.Equal(CertificateCheckOutcome.Passed, found.Checks.Single(check => check.Name == name).Outcome);
    }

    [Fact]
    public void A_model_behind_other_transformers_is_found()
    {
        using var nulls = TinyModel.In(_ml);
        var normalizer = _ml.Transforms.Text.NormalizeText("Text").Fit(_ml.Data.LoadFromEnumerable(TinyModel.Corpus));
        _ml.Model.Save(new TransformerChain<ITransformer>(normalizer, nulls), null, _folder["chain.zip"]);
        Assert.True(Verify("chain.zip", "after.zip").IsSound);
    }

    [Fact]
    public void Files_that_are_exchanged_fail() => Assert.Contains(Verify("after.zip", "before.zip").Checks, check => check is { Name: "model after", Outcome: CertificateCheckOutcome.Failed });

    [Fact]
    public void A_file_of_two_models_is_refused_with_their_number()
    {
        using var one = TinyModel.In(_ml);
        using var other = TinyModel.In(_ml, TinyModel.Options with { ScoreColumnName = "Other" });
        _ml.Model.Save(new TransformerChain<ITransformer>(one, other), null, _folder["two.zip"]);
        Assert.Contains(Verify("two.zip", "after.zip").Checks, check => check is { Name: "model before", Outcome: CertificateCheckOutcome.Failed } && check.Detail.Contains("holds 2 parts", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_cut_or_another_fails_and_is_named()
    {
        File.WriteAllBytes(_folder["cut.zip"], File.ReadAllBytes(_folder["after.zip"])[..^100]);
        var cut = Verify("before.zip", "cut.zip");
        Assert.Contains(cut.Checks, check => check is { Name: "model after", Outcome: CertificateCheckOutcome.Failed } && check.Detail.Contains("cut.zip", StringComparison.Ordinal));
    }

    private void Save(NullsBundle bundle, string name)
    {
        using var columns = TinyModel.In(_ml);
        using var model = columns.With(bundle.Share());
        _ml.Model.Save(model, null, _folder[name]);
    }

    private CertificateVerification Verify(string before, string after) => _certificate.Verify(_key, new CertificateEvidence
    {
        ModelBefore = _folder[before], ModelAfter = _folder[after], LedgerPath = _folder["ledger"], LedgerKey = _ledgerKey,
    });
}
