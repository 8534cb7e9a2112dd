using System.Security.Cryptography;
using Nulls;
using Nulls.Certificates;
using Nulls.Inference;
using Nulls.Unlearning;

namespace ForgetDesk.Model;

/// <summary>Issues a certificate for each unlearning and erasure, signs it with the desk's key, and keeps it in a folder.</summary>
internal sealed class Certificates(DeskOptions options, TimeProvider time)
{
    private const int SentencesAText = 3;
    private const int MostSurvivors = 10;

    /// <summary>Gives the path of an entry's certificate, which need not exist.</summary>
    public string PathOf(Guid entry) => Path.Combine(options.CertificateFolder, $"{entry:N}.dsse.json");

    /// <summary>Issues the certificate of an entry.</summary>
    /// <param name="before">The model before.</param>
    /// <param name="after">The model after.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="forgotten">The key and the article of the source; no test is run where the article is null.</param>
    /// <param name="survivors">Keys and articles of sources in use, to see that nothing changed for them.</param>
    public void Issue(NullsBundle before, NullsBundle after, UnlearningLedger ledger, LedgerEntry entry, (string Key, string? Text) forgotten, IEnumerable<(string Key, string Text)> survivors)
    {
        IReadOnlyList<CertificateTest> tests = forgotten.Text is null ? [] : CertificateTestRun.Run(before, after, new CertificateTexts
        {
            Forgotten = [.. Pieces(forgotten.Text).Select(piece => new ScoringRequest(piece, forgotten.Key))],
            Survivors = [.. survivors.Take(MostSurvivors).Select(survivor => new ScoringRequest(Pieces(survivor.Text).First(), survivor.Key))],
        });
        var details = new CertificateDetails { RequesterRole = "data subject", ApproverRole = "officer", Tests = tests };
        using var key = SigningKey();
        Directory.CreateDirectory(options.CertificateFolder);
        UnlearningCertificate.Issue(before, after, ledger, entry, details, time).Sign(key).Save(PathOf(entry.Id));
    }

    /// <summary>Gives the public key that certificates are verified with, as PEM.</summary>
    public string PublicKey()
    {
        using var key = SigningKey();
        return key.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>Gives a certificate as a page, verified with the desk's own key and ledger; null when there is none.</summary>
    public string? PageOf(Guid entry, LedgerKey ledgerKey)
    {
        var path = PathOf(entry);
        if (!File.Exists(path))
            return null;
        var certificate = UnlearningCertificate.Load(path);
        using var key = SigningKey();
        return certificate.ToHtml(certificate.Verify(key, new CertificateEvidence { LedgerPath = options.LedgerPath, LedgerKey = ledgerKey }));
    }

    // Short enough for the model's context.
    private static IEnumerable<string> Pieces(string text) =>
        text.Split(". ").Chunk(SentencesAText).Select(sentences => string.Join(". ", sentences));

    private ECDsa SigningKey()
    {
        var path = options.SigningKeyPath;
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path))
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }

        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, file);
        writer.Write(key.ExportPkcs8PrivateKeyPem());
        return key;
    }
}
