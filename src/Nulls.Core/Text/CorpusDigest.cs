using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nulls.Text;

/// <summary>Tells corpora of tokens apart.</summary>
internal static class CorpusDigest
{
    /// <summary>The size of a corpus and a SHA-256 over its documents, their sentences and their sources, in order; in words.</summary>
    public static string Of(IReadOnlyList<TokenDocument> documents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var tokenCount = 0L;
        foreach (var document in documents)
        {
            // Lengths first, so that no token can pass for one of another sentence.
            hash.AppendData(MemoryMarshal.AsBytes<int>([document.SourceIndex, document.Sentences.Count, .. document.Sentences.Select(sentence => sentence.Length)]));
            foreach (var sentence in document.Sentences)
            {
                hash.AppendData(MemoryMarshal.AsBytes<int>(sentence));
                tokenCount += sentence.Length;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{documents.Count:N0} documents of {tokenCount:N0} tokens with SHA-256 {Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }
}
