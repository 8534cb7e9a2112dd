namespace Nulls.LedgerCrashes;

/// <summary>What crashes did to a ledger.</summary>
/// <param name="Cases">The number of crashes.</param>
/// <param name="Acknowledged">The number of entries that were acknowledged before them.</param>
/// <param name="LostAcknowledged">The number of those that the ledger no longer holds, bit for bit.</param>
/// <param name="TornRecords">The number of crashes that left the beginning of a record.</param>
/// <param name="Faults">What was wrong with the ledger after a crash; empty when it could be verified and appended to each time.</param>
public sealed record CrashReport(int Cases, long Acknowledged, long LostAcknowledged, int TornRecords, IReadOnlyList<string> Faults);
