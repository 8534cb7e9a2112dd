using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nulls.Sources;
using Nulls.Storage;

namespace Nulls.Unlearning;

/// <summary>The secret that a ledger is written under. It turns sources into pseudonyms, and seals every record against forgery.</summary>
/// <remarks>
/// <para>Keep it apart from the ledger: in another folder, a secret store, another department. All instances that write one ledger share it.</para>
/// <para><b>Destroying every copy of the key anonymises the ledger.</b> Its pseudonyms are then random numbers that nobody can compute
/// from a source again. What remains readable is how many entries there are, when, by whom and why they were made, and which of
/// them are about the same unnamed source; the chain of hashes can still be verified, seals cannot. What no longer works, for
/// ever: telling whether a source is in the ledger, applying it to a model, and adding to it. So first save a model with the ledger
/// applied, and begin a new ledger for it.</para>
/// <para>Thread-safe. <see cref="Dispose"/> overwrites the key in memory.</para>
/// </remarks>
public sealed class LedgerKey : IDisposable
{
    internal const int SealByteCount = 32;
    private const int FewestBytes = 32;
    private const int MostBytes = 1024;

    // Pinned, so that the collector leaves no copies behind.
    private readonly byte[] _secret;
    private volatile bool _isDisposed;

    private LedgerKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length is < FewestBytes or > MostBytes)
            throw new ArgumentException($"A ledger's key must be {FewestBytes} to {MostBytes} random bytes; got {secret.Length}.", nameof(secret));

        _secret = GC.AllocateUninitializedArray<byte>(secret.Length, pinned: true);
        secret.CopyTo(_secret);
        Id = Convert.ToHexStringLower(Mac("key id"u8, [])[..8]);
    }

    /// <summary>Gets what tells keys apart: 16 hexadecimal digits, from which the key cannot be computed.</summary>
    public string Id { get; }

    /// <summary>Takes a key from bytes, such as those of a secret store. They are copied.</summary>
    /// <param name="secret">32 to 1,024 bytes. They must be random: a password can be guessed from the ledger.</param>
    /// <exception cref="ArgumentException">There are fewer or more bytes.</exception>
    public static LedgerKey FromBytes(ReadOnlySpan<byte> secret) => new(secret);

    /// <summary>Makes a random key and writes it to a new file, as 64 hexadecimal digits, which only its owner may read.</summary>
    /// <exception cref="IOException">There is such a file, or it cannot be written.</exception>
    public static LedgerKey Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Span<byte> secret = stackalloc byte[FewestBytes];
        RandomNumberGenerator.Fill(secret);
        var text = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret) + "\n");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(text);
            file.Flush(flushToDisk: true);
            FolderSync.FlushFolderOf(path);
            return new LedgerKey(secret);
        }
        catch (IOException) when (File.Exists(path) && new FileInfo(path).Length == text.Length)
        {
            throw new IOException($"The file '{path}' exists, and a key is never replaced: the ledgers written under it could not be used again. Load it, or choose another name.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Reads the file that <see cref="Create"/> wrote, or another that holds at least 64 hexadecimal digits.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static LedgerKey Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no key at '{path}'. A ledger can be applied and added to only with the key that it was made with: restore the file. If the key is lost, the ledger can still be verified, but no longer used.", path);

        var text = File.ReadAllText(path).Trim();
        if (text.Length is < 2 * FewestBytes or > 2 * MostBytes || text.Length % 2 != 0 || !text.All(char.IsAsciiHexDigit))
            throw new InvalidDataException($"The file '{path}' holds no key, which is {2 * FewestBytes} or more hexadecimal digits. Restore it from a copy.");

        var secret = Convert.FromHexString(text);
        try
        {
            return new LedgerKey(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Destroys a key's file: overwrites it, puts that on the disk, and deletes it.</summary>
    /// <remarks>This reaches neither backups and snapshots nor what a solid-state disk keeps of old blocks: destroy those too, or keep keys in a store that can.</remarks>
    /// <exception cref="InvalidDataException">The file holds no key; it is left alone.</exception>
    /// <exception cref="IOException">The file cannot be overwritten or deleted.</exception>
    public static void Destroy(string path)
    {
        Load(path).Dispose();
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(RandomNumberGenerator.GetBytes((int)file.Length));
            file.Flush(flushToDisk: true);
        }

        File.Delete(path);
        FolderSync.FlushFolderOf(path);
    }

    /// <summary>Overwrites the key in memory. Safe to call again.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_secret);
    }

    internal SourcePseudonym PseudonymOf(SourceId source)
    {
        Span<byte> message = stackalloc byte[6 + sizeof(ulong)];
        Span<byte> mac = stackalloc byte[SourcePseudonym.ByteCount];
        "source"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt64LittleEndian(message[6..], source.Value);
        HMACSHA256.HashData(_secret, message, mac);
        // Checked afterwards: a key that is overwritten meanwhile must give no pseudonym.
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new SourcePseudonym(mac);
    }

    internal byte[] Seal(ReadOnlySpan<byte> recordBody) => Mac("record"u8, recordBody);

    /// <summary>What a commitment to sinks is salted with: without the key nobody can try sets of sinks.</summary>
    internal byte[] SinkSalt(ReadOnlySpan<byte> about) => Mac("sinks salt"u8, about);

    /// <summary>The key, of 32 bytes, that a set of sinks is encrypted under.</summary>
    internal byte[] SinkSealKey(ReadOnlySpan<byte> about) => Mac("sinks seal"u8, about);

    /// <summary>What an encryption of a set of sinks begins with: another for every set.</summary>
    internal byte[] SinkSealNonce(ReadOnlySpan<byte> about) => Mac("sinks nonce"u8, about);

    // No purpose begins with another, so that no mac of one purpose is one of another.
    private byte[] Mac(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> message)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        hash.AppendData(purpose);
        hash.AppendData(message);
        var mac = hash.GetHashAndReset();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return mac;
    }
}
