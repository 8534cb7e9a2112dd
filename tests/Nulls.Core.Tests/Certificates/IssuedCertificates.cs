using System.Security.Cryptography;
using Nulls.Certificates;
using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.Tests.Support;
using Nulls.Unlearning;

namespace Nulls.Tests.Certificates;

/// <summary>A model, one without a source, their folders, the ledger that ordered it, and the signed certificate.</summary>
public sealed class IssuedCertificates : IDisposable
{
    internal const string Erased = "book-3";

    internal static readonly LedgerRequest Request = new() { Actor = "privacy-office", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" };

    private readonly TinyBundle _tiny = new();
    private readonly TemporaryFolder _folder = new();

    public IssuedCertificates()
    {
        LedgerKey = LedgerKey.FromBytes([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        Ledger = UnlearningLedger.Create(LedgerPath, LedgerKey, Before.Sources, Before.ModelDigest);
        After = Before.Erase([Erased], Ledger, Request);
        Entry = Ledger.ReadEntries().Single();
        Before.Save(FolderBefore);
        After.Save(FolderAfter);
        var details = new CertificateDetails
        {
            RequesterRole = "data subject", ApproverRole = "data protection officer",
            Tests = [new CertificateTest { Name = "own-loss-rise", Threat = CertificateThreat.Effect, Verdict = CertificateVerdict.Measured, Explanation = "Loss after less before.", Value = 1.5, Interval = new(1.25, 1.75), Count = 4 }],
            Impact = ErasureTrial.Run(Before, [Erased], [new ScoringRequest(TinyBundle.Text(1), "book-1"), new ScoringRequest(TinyBundle.Text(2), "book-2")], ["In book 21 nothing happens."]),
            Recall = [new CertificateArtefact { Name = "backup-7", Kind = "backup" }],
        };
        Certificate = UnlearningCertificate.Issue(Before, After, Ledger, Entry, details).Sign(Key);
    }

    public NullsBundle Before => _tiny.Bundle;

    public NullsBundle After { get; }

    public LedgerKey LedgerKey { get; }

    public UnlearningLedger Ledger { get; }

    public LedgerEntry Entry { get; }

    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public UnlearningCertificate Certificate { get; }

    public string LedgerPath => _folder["unlearning.ledger"];

    public string FolderBefore => _folder["before"];

    public string FolderAfter => _folder["after"];

    public CertificateEvidence Evidence => new() { ModelBefore = FolderBefore, ModelAfter = FolderAfter, LedgerPath = LedgerPath, LedgerKey = LedgerKey };

    public string Path(string name) => _folder[name];

    public void Dispose()
    {
        After.Dispose();
        _tiny.Dispose();
        Key.Dispose();
        LedgerKey.Dispose();
        _folder.Dispose();
    }
}
