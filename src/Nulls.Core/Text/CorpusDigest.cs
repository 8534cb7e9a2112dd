using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nulls.Text;

/// <summary>The SHA-256 of texts and their sources in their order.</summary>
internal sealed class CorpusDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(Document document)
    {
        Add(document.Text);
        Add(document.Source ?? "");
    }

    /// <summary>Returns the digest of what was added since the last call, in lower-case hexadecimal.</summary>
    public string Take() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    // The length in front keeps apart what would join up to the same.
    private void Add(string text)
    {
        var length = text.Length;
        _hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in length)));
        _hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
    }
}
