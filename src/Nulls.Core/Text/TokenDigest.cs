using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nulls.Text;

/// <summary>Tells corpora of tokens apart.</summary>
internal static class TokenDigest
{
    private const int TokensPerRead = 1 << 16;

    /// <summary>The size of a corpus and a SHA-256 over its documents, their sentences and their sources, in order; in words.</summary>
    public static string Of(params IReadOnlyList<ITokenCorpus> corpora)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var tokens = new int[TokensPerRead];
        var (documentCount, tokenCount) = (0L, 0L);
        foreach (var corpus in corpora)
        {
            Append([corpus.Count]);
            for (var document = 0; document < corpus.Count; document++)
            {
                // Lengths first, so that no token can pass for one of another sentence.
                var lengths = corpus.SentenceLengths(document);
                Append([corpus.SourceOf(document), lengths.Length, .. lengths]);
                var length = corpus.TokenCount(document);
                for (var start = 0; start < length; start += TokensPerRead)
                {
                    var read = tokens.AsSpan(0, Math.Min(TokensPerRead, length - start));
                    corpus.Read(document, start, read);
                    Append(read);
                }

                tokenCount += length;
            }

            documentCount += corpus.Count;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{documentCount:N0} documents of {tokenCount:N0} tokens with SHA-256 {Convert.ToHexStringLower(hash.GetHashAndReset())}");

        void Append(ReadOnlySpan<int> numbers) => hash.AppendData(MemoryMarshal.AsBytes(numbers));
    }
}
