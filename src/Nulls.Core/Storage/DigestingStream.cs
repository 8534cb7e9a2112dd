using System.Security.Cryptography;

namespace Nulls.Storage;

/// <summary>Passes bytes on, one way, and digests them with SHA-256. Leaves the stream beneath open.</summary>
internal sealed class DigestingStream(Stream beneath) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override bool CanRead => beneath.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => beneath.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The digest of all bytes so far, in lower-case hexadecimal.</summary>
    public string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Reads what is left, and digests all bytes.</summary>
    public string DigestToEnd()
    {
        var rest = new byte[1 << 16];
        while (Read(rest) > 0)
        {
        }

        return Digest();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = beneath.Read(buffer);
        _hash.AppendData(buffer[..count]);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        beneath.Write(buffer);
        _hash.AppendData(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => beneath.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
