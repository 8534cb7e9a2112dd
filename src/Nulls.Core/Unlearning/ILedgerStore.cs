namespace Nulls.Unlearning;

/// <summary>Where a ledger's lines lie.</summary>
internal interface ILedgerStore
{
    /// <summary>Gets what messages call the ledger, in quotes.</summary>
    string Name { get; }

    /// <summary>Makes a ledger of one record.</summary>
    /// <exception cref="IOException">There is one, or it cannot be made.</exception>
    void Create(byte[] genesis);

    /// <summary>Checks that there is a ledger to read.</summary>
    void RequireExists();

    /// <summary>Reads the lines after a position, as far as they are whole.</summary>
    /// <exception cref="InvalidDataException">The record at the position is no longer there.</exception>
    IEnumerable<byte[]> ReadAfter(LedgerPosition position);

    /// <summary>Waits, where others must be kept out, for the right to append, and removes what one left who died in the midst of it.</summary>
    IDisposable? EnterAppend();

    /// <summary>Appends a line and returns once it is on the disk. False when another took the place, which the next read shows.</summary>
    /// <exception cref="IOException">The line could not be kept.</exception>
    bool TryAppend(LedgerPosition position, byte[] line);
}
