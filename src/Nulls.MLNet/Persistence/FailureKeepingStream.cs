using System.Runtime.ExceptionServices;

namespace Nulls.MLNet.Persistence;

/// <summary>Passes everything to another stream, and remembers the first failure to write: ML.NET hides one that comes with the file's last bytes.</summary>
internal sealed class FailureKeepingStream(Stream inner) : Stream
{
    public Exception? Failure { get; private set; }

    public override bool CanRead => inner.CanRead;
    public override bool CanSeek => inner.CanSeek;
    public override bool CanWrite => inner.CanWrite;
    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    /// <summary>Throws the first failure again.</summary>
    public void ThrowIfFailed()
    {
        if (Failure is not null)
            ExceptionDispatchInfo.Throw(Failure);
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Write(byte[] buffer, int offset, int count)
    {
        try
        {
            inner.Write(buffer, offset, count);
        }
        catch (Exception exception)
        {
            Failure ??= exception;
            throw;
        }
    }

    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (Exception exception)
        {
            Failure ??= exception;
            throw;
        }
    }

    public override void SetLength(long value) => inner.SetLength(value);
}
