using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Nulls.Inference;

/// <summary>Turns a text into its terms: words and pairs of neighbouring words, each as a keyed 64-bit hash.</summary>
/// <remarks>A word is a run of Unicode letters, marks and digits, in lower case. Immutable, so safe for many threads.</remarks>
internal sealed class TermHasher
{
    /// <summary>The length of a salt in bytes.</summary>
    public const int SaltLength = 16;

    private readonly byte[] _salt;
    private readonly ulong _key0;
    private readonly ulong _key1;

    public TermHasher(ReadOnlySpan<byte> salt)
    {
        if (salt.Length != SaltLength)
            throw new ArgumentException($"The salt of an index of texts must be {SaltLength} bytes; got {salt.Length}.", nameof(salt));

        _salt = salt.ToArray();
        _key0 = BinaryPrimitives.ReadUInt64LittleEndian(salt);
        _key1 = BinaryPrimitives.ReadUInt64LittleEndian(salt[sizeof(ulong)..]);
    }

    public ReadOnlySpan<byte> Salt => _salt;

    /// <summary>Adds how often each term occurs in a text to <paramref name="counts"/>.</summary>
    public void Count(ReadOnlySpan<char> text, Dictionary<ulong, int> counts)
    {
        var buffer = ArrayPool<char>.Shared.Rent(text.Length);
        var rest = buffer.AsSpan(0, text.ToLowerInvariant(buffer));
        ulong? previous = null;
        while (!rest.IsEmpty)
        {
            var wordLength = WordLength(rest);
            if (wordLength > 0)
            {
                var word = Hash(MemoryMarshal.AsBytes(rest[..wordLength]));
                AddOne(counts, word);
                if (previous is { } before)
                    AddOne(counts, HashPair(before, word));
                previous = word;
            }

            // What ended the word is no part of one: skip it, whole when it is a surrogate pair.
            rest = rest[wordLength..];
            if (!rest.IsEmpty)
            {
                Rune.DecodeFromUtf16(rest, out _, out var separatorLength);
                rest = rest[separatorLength..];
            }
        }

        // Pooled memory outlives the call, and this is somebody's text.
        ArrayPool<char>.Shared.Return(buffer, clearArray: true);
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length)
        {
            if (char.IsAscii(text[length]))
            {
                if (!char.IsAsciiLetterOrDigit(text[length]))
                    break;
                length++;
                continue;
            }

            Rune.DecodeFromUtf16(text[length..], out var rune, out var consumed);
            if (!Rune.IsLetterOrDigit(rune) && !IsMark(rune))
                break;
            length += consumed;
        }

        return length;
    }

    // Marks complete the letter before them: without them, words of many Indic scripts would fall apart.
    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private ulong HashPair(ulong first, ulong second)
    {
        Span<byte> pair = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(pair, first);
        BinaryPrimitives.WriteUInt64LittleEndian(pair[sizeof(ulong)..], second);
        return Hash(pair);
    }

    private ulong Hash(ReadOnlySpan<byte> data) => SipHash.Hash(_key0, _key1, data);

    private static void AddOne(Dictionary<ulong, int> counts, ulong term) =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, term, out _)++;
}
