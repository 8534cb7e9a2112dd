namespace Nulls.Unlearning;

/// <summary>How far a ledger has come: the number of its records, and the hash of the last, which depends on every byte of all before it.</summary>
/// <param name="Count">The number of records; the first, which binds the ledger to its key and model, is one of them.</param>
/// <param name="Hash">The last record's SHA-256, as 64 lower-case hexadecimal digits.</param>
/// <remarks>Kept outside the ledger, in a certificate or another system, it makes a ledger provable that was cut short or written anew.</remarks>
public sealed record LedgerHead(long Count, string Hash)
{
    private const int HashLength = 64;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is no count and hash.</exception>
    public static LedgerHead Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        return parts is [var count, { Length: HashLength } hash] && long.TryParse(count, out var number) && number > 0 && hash.All(char.IsAsciiHexDigitLower)
            ? new LedgerHead(number, hash)
            : throw new FormatException($"'{text}' is no head of a ledger, which reads as a number of records, a colon, and {HashLength} lower-case hexadecimal digits.");
    }

    /// <summary>Returns the head as text: <c>3:</c> and the hash.</summary>
    public override string ToString() => $"{Count}:{Hash}";
}
