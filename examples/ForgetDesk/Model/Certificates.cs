using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Nulls;
using Nulls.Certificates;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace ForgetDesk.Model;

/// <summary>Issues a certificate for each unlearning and erasure, signs it with the desk's key, keeps it in a folder, and checks it. Thread-safe.</summary>
public sealed class Certificates(IOptions<DeskOptions> options, IUnlearningService unlearning, LedgerKey ledgerKey, Library library, TimeProvider time)
{
    private const int SentencesAText = 3;
    private const int MostSurvivors = 10;
    private readonly Lock _making = new();

    /// <summary>Gives the path of an entry's certificate; null when there is none.</summary>
    public string? PathOf(Guid entry) => FileOf(entry) is var path && File.Exists(path) ? path : null;

    /// <summary>Gives the public key that certificates are verified with, as PEM.</summary>
    public string PublicKey()
    {
        using var key = SigningKey();
        return key.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>Issues the certificate of an order.</summary>
    /// <param name="before">The model before, with the source's sinks on.</param>
    /// <param name="after">The model after.</param>
    /// <param name="receipt">The order.</param>
    /// <param name="key">The source's key.</param>
    internal void Issue(NullsBundle before, NullsBundle after, UnlearningReceipt receipt, string key)
    {
        var survivors = Desk.IndicesOf(after).Where(index => Desk.StatusOf(after, index) == SourceStatus.InUse).Select(after.Sources.GetKey);
        // Without its article, nothing is tested, and the certificate says so.
        var tests = library.TextOf(key) is not { } text ? [] : CertificateTestRun.Run(before, after, new CertificateTexts
        {
            Forgotten = [.. Pieces(text).Select(piece => new ScoringRequest(piece, key))],
            Survivors = [.. survivors.Select(survivor => (Key: survivor, Text: library.TextOf(survivor))).Where(survivor => survivor.Text is not null).Take(MostSurvivors)
                .Select(survivor => new ScoringRequest(Pieces(survivor.Text!).First(), survivor.Key))], // Those with a text.
        });
        var details = new CertificateDetails
        {
            RequesterRole = "data subject",
            ApproverRole = "officer",
            Tests = tests,
            Recall = [.. receipt.ArtefactsToRecall.Select(_ => new CertificateArtefact { Name = "the model's folder", Kind = "model", Holder = "this desk", Status = "could not be written over yet" })],
        };
        using var signingKey = SigningKey();
        Directory.CreateDirectory(options.Value.CertificateFolder);
        // The service has a ledger.
        UnlearningCertificate.Issue(before, after, unlearning.Ledger!, receipt.Entry!, details, time).Sign(signingKey).Save(FileOf(receipt.Entry!.Id));
    }

    /// <summary>Gives an entry's certificate as a document for people, verified with the desk's own key and ledger; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The certificate's file was changed.</exception>
    public string? DocumentOf(Guid entry)
    {
        if (PathOf(entry) is not { } path)
            return null;
        var certificate = UnlearningCertificate.Load(path);
        using var key = SigningKey();
        return certificate.ToHtml(certificate.Verify(key, Evidence));
    }

    /// <summary>Checks an entry's certificate; null when there is none.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="readsModel">Whether the model's files are read, too: every byte of the weights.</param>
    /// <exception cref="InvalidDataException">The certificate's file was changed.</exception>
    public CertificateVerification? Check(Guid entry, bool readsModel)
    {
        if (PathOf(entry) is not { } path)
            return null;
        var certificate = UnlearningCertificate.Load(path);
        using var key = SigningKey();
        if (!readsModel)
            return certificate.Verify(key, Evidence);

        // Unlearning changes no weight: before and after are the one model.
        var (folder, isOneModel) = (options.Value.ModelFolder, certificate.Mode == CertificateMode.Disable);
        var found = certificate.Verify(key, Evidence with { ModelAfter = folder, ModelBefore = isOneModel ? folder : null });
        var later = unlearning.Ledger?.ReadEntries().SkipWhile(recorded => recorded.Id != entry).Skip(1).LastOrDefault(recorded => recorded.Action == LedgerAction.Erase);
        return new CertificateVerification([.. found.Checks.Select(check => check switch
        {
            { Name: "model before", Outcome: CertificateCheckOutcome.NotChecked } => check with { Detail = "The model before an erasure is not kept." },
            { Name: "model before" or "model after", Outcome: CertificateCheckOutcome.Failed } when later is not null => check with
            {
                Outcome = CertificateCheckOutcome.NotChecked, Detail = $"Entry {later.Sequence} of the ledger erased a source later, which made other weights of these: check its certificate.",
            },
            _ => check,
        })]);
    }

    private CertificateEvidence Evidence => new() { LedgerPath = options.Value.LedgerPath, LedgerKey = ledgerKey };

    private string FileOf(Guid entry) => Path.Combine(options.Value.CertificateFolder, $"{entry:N}.dsse.json");

    // Short enough for the model's context.
    private static IEnumerable<string> Pieces(string text) =>
        text.Split(". ").Chunk(SentencesAText).Select(sentences => string.Join(". ", sentences));

    private ECDsa SigningKey()
    {
        // Two requests must not make two.
        lock (_making)
        {
            var path = options.Value.SigningKeyPath;
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
}
