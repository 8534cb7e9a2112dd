namespace Nulls.Text;

/// <summary>What is the same for all segments of a store.</summary>
/// <param name="Tokenizer">The SHA-256 of the saved tokenizer.</param>
/// <param name="TokenBytes">The bytes of a token: 2 for a vocabulary of up to 65,536, else 4.</param>
/// <param name="InSentences">Whether documents are split into sentences.</param>
internal sealed record SegmentKind(string Tokenizer, int TokenBytes, bool InSentences);
