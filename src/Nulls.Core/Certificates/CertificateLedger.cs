using Nulls.Unlearning;

namespace Nulls.Certificates;

/// <summary>Checks of a certificate against the ledger.</summary>
internal static class CertificateLedger
{
    private const string Chain = "ledger intact";
    private const string Order = "ledger entry";

    /// <summary>Reads the ledger once: whether it is whole and holds the certificate's head, and whether its entry orders what the certificate says.</summary>
    public static (CertificateCheck Chain, CertificateCheck Order) Compare(CertificateStatement statement, CertificateEvidence evidence)
    {
        var unread = CertificateVerifier.NotChecked(Order, "No ledger could be read.");
        if (evidence.LedgerPath is null && evidence.Ledger is null)
            return (CertificateVerifier.NotChecked(Chain, "No ledger was given."), unread);
        try
        {
            var ledger = evidence.Ledger ?? UnlearningLedger.Open(evidence.LedgerPath!, evidence.LedgerKey); // One of them is given.
            var record = statement.Predicate.Ledger;
            if (ledger.Genesis.Id != record.Id)
                return (CertificateVerifier.Failed(Chain, $"The given ledger is {ledger.Genesis.Id}, but the certificate is about {record.Id}."), unread);

            var head = LedgerHead.Parse(record.Head);
            var (reachesHead, agrees) = (false, false);
            foreach (var entry in ledger.ReadEntries())
            {
                reachesHead |= entry.Head == head;
                agrees |= entry.Sequence == record.Sequence && Agrees(entry, statement.Predicate);
            }

            return (
                CertificateVerifier.Judge(Chain, reachesHead, "Its records are chained without a gap, and it holds the certificate's head.", "It does not hold the certificate's head: it was cut short, or written anew."),
                CertificateVerifier.Judge(
                    Order, agrees && ledger.Genesis.KeyId == record.KeyId, $"Entry {record.Sequence} of the ledger orders what the certificate says.", $"Entry {record.Sequence} of the ledger is absent or orders something else."));
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or NotSupportedException or ArgumentException or InvalidOperationException or UnauthorizedAccessException or FormatException)
        {
            return (CertificateVerifier.Failed(Chain, fault.Message), unread);
        }
    }

    private static bool Agrees(LedgerEntry entry, CertificateStatement.What what) =>
        entry.Id == what.Ledger.EntryId && entry.Hash == what.Ledger.EntryHash && entry.Time == what.Order.OrderedAt
        && entry.Action == (what.Mode == CertificateMode.Disable ? LedgerAction.Disable : LedgerAction.Erase)
        && entry.Request.ReasonCode == what.Order.ReasonCode && entry.Request.LegalBasis == what.Order.LegalBasis && entry.Request.Actor == what.Order.Actor
        && entry.Sources.Select(source => source.ToString()).SequenceEqual(what.Order.Sources);
}
