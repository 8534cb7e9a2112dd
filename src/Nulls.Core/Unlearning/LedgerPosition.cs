namespace Nulls.Unlearning;

/// <summary>How far a ledger is read.</summary>
/// <param name="Count">The number of records read.</param>
/// <param name="Offset">The number of bytes that they take in a file; not used in a database.</param>
/// <param name="Hash">The hash of the last; empty when none is read.</param>
internal readonly record struct LedgerPosition(long Count, long Offset, string Hash)
{
    public static LedgerPosition Start => new(0, 0, "");

    public LedgerPosition After(ReadOnlySpan<byte> line) => new(Count + 1, Offset + line.Length + 1, LedgerRecord.HashAtEnd(line));
}
