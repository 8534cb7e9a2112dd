using System.Diagnostics.CodeAnalysis;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Distributed;

/// <summary>The processes that Open MPI's mpirun started.</summary>
/// <remarks>
/// MPI is begun once a process and finished when the process ends. A process that ends with another code than 0 aborts the job
/// instead: the other ranks would wait for it for ever.
/// </remarks>
internal sealed unsafe class MpiCollective : ICollective
{
    // What MPI_THREAD_SERIALIZED and MPI_IN_PLACE are in Open MPI.
    private const int OneThreadAtATime = 2;
    private const nint InPlace = 1;

    // Counts are 32-bit, and so is a span's length in bytes: no type is wider than 8.
    private const long ValuesPerCall = 1 << 27;
    private const int ErrorBytes = 256;

    private readonly MpiLibrary _mpi;
    private readonly nint _ranks;
    private readonly nint _floats;
    private readonly nint _sum;

    /// <summary>Joins the other ranks, which do the same.</summary>
    /// <exception cref="InvalidOperationException">MPI reports an error.</exception>
    public MpiCollective(MpiLibrary mpi)
    {
        _mpi = mpi;
        Begin();
        // A communicator of our own: what the application sends through MPI itself does not meet what we send.
        nint ranks;
        Require(mpi.Duplicate(mpi.World, &ranks), "MPI_Comm_dup");
        Require(mpi.SetErrorHandler(ranks, mpi.ErrorsReturn), "MPI_Comm_set_errhandler");
        int rank, size;
        Require(mpi.Rank(ranks, &rank), "MPI_Comm_rank");
        Require(mpi.Size(ranks, &size), "MPI_Comm_size");
        (_ranks, Rank, Size) = (ranks, rank, size);
        (_floats, _sum) = (mpi.Floats, mpi.Sum);
    }

    private delegate void SpanAction(Span<byte> bytes);

    public int Rank { get; }

    public int Size { get; }

    public long SharedByteCount { get; private set; }

    public void Barrier() => Require(_mpi.Barrier(_ranks), "MPI_Barrier");

    public byte[] Broadcast(byte[] bytes)
    {
        var length = bytes.Length;
        Broadcast(new Span<byte>(&length, sizeof(int)));
        var received = Rank == 0 ? bytes : new byte[length];
        Broadcast(received.AsSpan());
        return received;
    }

    public void Broadcast(Tensor tensor)
    {
        if (!tensor.is_contiguous())
            throw new ArgumentException("Ranks exchange contiguous tensors.", nameof(tensor));

        OnHost(tensor, host => InChunks(host, Broadcast));
    }

    public void Sum(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Float32 || !tensor.is_contiguous())
            throw new ArgumentException($"Ranks sum contiguous tensors of 32-bit numbers, but got {tensor.dtype}.", nameof(tensor));

        OnHost(tensor, host => InChunks(host, Sum));
    }

    public int[][] Gather(ReadOnlySpan<int> numbers)
    {
        var counts = new int[Size];
        var starts = new int[Size];
        var count = numbers.Length;
        fixed (int* countsStart = counts)
            Require(_mpi.AllGather(&count, 1, _mpi.Integers, countsStart, 1, _mpi.Integers, _ranks), "MPI_Allgather");
        for (var rank = 1; rank < Size; rank++)
            starts[rank] = checked(starts[rank - 1] + counts[rank - 1]);

        var all = new int[checked(starts[^1] + counts[^1])];
        fixed (int* own = numbers, everyone = all, countsStart = counts, startsStart = starts)
        {
            Require(
                _mpi.AllGatherVarying(own, count, _mpi.Integers, everyone, countsStart, startsStart, _mpi.Integers, _ranks), "MPI_Allgatherv");
        }

        SharedByteCount += sizeof(int) * (1L + count);
        return [.. Enumerable.Range(0, Size).Select(rank => all[starts[rank]..(starts[rank] + counts[rank])])];
    }

    [DoesNotReturn]
    public void Abort(string reason)
    {
#pragma warning disable RS0030 // The process ends here: nobody is left to tell it.
        Console.Error.WriteLine($"Rank {Rank} of {Size} cannot go on, so the job ends: {reason}");
        Console.Error.Flush();
#pragma warning restore RS0030
        _ = _mpi.Abort(_ranks, 1);
        Environment.Exit(1);
    }

    private void Begin()
    {
        int isInitialized;
        Require(_mpi.Initialized(&isInitialized), "MPI_Initialized");
        int threads;
        if (isInitialized != 0)
        {
            // By the application, which finishes it too.
            Require(_mpi.QueryThread(&threads), "MPI_Query_thread");
        }
        else
        {
            Require(_mpi.InitThread(null, null, OneThreadAtATime, &threads), "MPI_Init_thread");
            AppDomain.CurrentDomain.ProcessExit += (_, _) => End();
        }

        if (threads < OneThreadAtATime)
            throw new InvalidOperationException("Training may call MPI from any thread, one at a time, but MPI was begun without that: call MPI_Init_thread with MPI_THREAD_SERIALIZED or more.");
    }

    private void End()
    {
        if (Environment.ExitCode == 0)
            _ = _mpi.Finish();
        else
            _ = _mpi.Abort(_mpi.World, Environment.ExitCode);
    }

    private static void OnHost(Tensor tensor, Action<Tensor> exchange)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (tensor.device.type == DeviceType.CPU)
        {
            exchange(tensor);
            return;
        }

        var host = tensor.cpu();
        exchange(host);
        tensor.copy_(host);
    }

    private static void InChunks(Tensor tensor, SpanAction exchange)
    {
        var flat = tensor.view(-1);
        for (var start = 0L; start < flat.shape[0]; start += ValuesPerCall)
            exchange(flat.narrow(0, start, Math.Min(ValuesPerCall, flat.shape[0] - start)).bytes);
    }

    private void Broadcast(Span<byte> bytes)
    {
        fixed (byte* first = bytes)
            Require(_mpi.Broadcast(first, bytes.Length, _mpi.Bytes, 0, _ranks), "MPI_Bcast");
        SharedByteCount += Rank == 0 ? bytes.Length : 0;
    }

    private void Sum(Span<byte> floats)
    {
        fixed (byte* first = floats)
            Require(_mpi.AllReduce(InPlace, first, floats.Length / sizeof(float), _floats, _sum, _ranks), "MPI_Allreduce");
        SharedByteCount += floats.Length;
    }

    private void Require(int code, string function)
    {
        if (code == 0)
            return;

        var buffer = stackalloc byte[ErrorBytes];
        int length;
        var text = _mpi.ErrorString(code, buffer, &length) == 0 ? Encoding.UTF8.GetString(buffer, Math.Clamp(length, 0, ErrorBytes)) : $"code {code}";
        throw new InvalidOperationException($"{function} of Open MPI failed: {text}. Are all ranks alive, and do they run the same program with the same options?");
    }
}
