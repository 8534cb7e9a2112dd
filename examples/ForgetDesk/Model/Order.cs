using Nulls.Unlearning;

namespace ForgetDesk.Model;

/// <summary>An order that is in force.</summary>
/// <param name="Entry">The ledger's entry.</param>
/// <param name="IsCertified">Whether it has a certificate. Orders to restore have none.</param>
/// <param name="IsSaved">Whether nothing on the disk holds any longer what is erased.</param>
public sealed record Order(LedgerEntry Entry, bool IsCertified, bool IsSaved);
