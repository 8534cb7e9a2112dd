namespace Nulls.Unlearning;

/// <summary>Who asks for an entry of the ledger, and why. It is written as given, so it must not name the person whose data it is about.</summary>
/// <remarks>Every text is 1 to 128 characters without control characters. No text may hold a source's key.</remarks>
public sealed record LedgerRequest
{
    private const int LongestText = 128;

    // Shorter keys are parts of ordinary words.
    private const int ShortestKeySearched = 8;

    /// <summary>Gets who acts: a role, or the pseudonym of a person, such as <c>privacy-office</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>Gets the reason as a code of the application's own, such as <c>consent-withdrawn</c>: letters, digits, and <c>. _ - : /</c>.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>Gets the legal basis, such as <c>GDPR Art. 17(1)(b)</c>.</summary>
    public required string LegalBasis { get; init; }

    /// <summary>Checks every text.</summary>
    /// <exception cref="ArgumentException">A text is empty, longer than 128 characters, or holds a character that it may not.</exception>
    public void Validate()
    {
        RequireText(Actor, nameof(Actor));
        RequireCode(ReasonCode, nameof(ReasonCode));
        RequireText(LegalBasis, nameof(LegalBasis));
    }

    /// <summary>Checks that the ledger, which is to hold pseudonyms only, does not get a key through the back door.</summary>
    internal void RequireWithout(string sourceKey)
    {
        foreach (var (name, text) in new[] { (nameof(Actor), Actor), (nameof(ReasonCode), ReasonCode), (nameof(LegalBasis), LegalBasis) })
        {
            if (text.Equals(sourceKey, StringComparison.OrdinalIgnoreCase)
                || (sourceKey.Length >= ShortestKeySearched && text.Contains(sourceKey, StringComparison.OrdinalIgnoreCase)))
                throw new ArgumentException($"{name} holds the key of a source, and a ledger holds no keys. Name a role or a code instead; nothing was recorded.", name);
        }
    }

    internal static void RequireCode(string text, string name)
    {
        RequireText(text, name);
        if (text.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && !"._-:/".Contains(c)) is var other && other != 0)
            throw new ArgumentException($"{name} is a code of letters, digits and . _ - : / but '{text}' has '{other}'.", name);
    }

    private static void RequireText(string text, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text, name);
        if (text.Length > LongestText)
            throw new ArgumentException($"{name} has at most {LongestText} characters, but this one has {text.Length}. Keep longer notes elsewhere and give their number here.", name);
        // Half of a surrogate pair would be written as another character.
        if (text.Any(c => char.IsControl(c) || char.IsSurrogate(c)))
            throw new ArgumentException($"{name} has no control characters and none beyond Unicode's first 65,536, but '{text}' has one.", name);
    }
}
