namespace Nulls.Tests.Support;

/// <summary>A stream that cannot seek and knows no length, as that of an entry in a compressed file.</summary>
internal sealed class OneWayStream(byte[]? toRead = null, int bytesAtATime = int.MaxValue) : Stream
{
    private readonly MemoryStream _inner = toRead is null ? new MemoryStream() : new MemoryStream(toRead, writable: false);

    /// <summary>Gets a copy of what was written.</summary>
    public byte[] Written => _inner.ToArray();

    public override bool CanRead => toRead is not null;

    public override bool CanSeek => false;

    public override bool CanWrite => toRead is null;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, Math.Min(count, bytesAtATime));

    public override void Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }
}
