using System.Runtime.InteropServices;
using System.Text;

namespace Nulls.Distributed;

/// <summary>The functions of Open MPI's C library that we call. Handles, such as a communicator, are the addresses of its data.</summary>
/// <remarks>Other implementations give functions of the same names other arguments, so nothing is called before the library has said whose it is.</remarks>
internal sealed unsafe class MpiLibrary
{
    /// <summary>The environment variable that names the library, when the system's loader does not find it.</summary>
    public const string PathVariable = "NULLS_MPI";

    // The longest that any implementation gives itself (MPICH).
    private const int VersionBytes = 8192;
    private const string Remedy = $"On Debian and Ubuntu: apt-get install openmpi-bin. If it is installed elsewhere, name its libmpi.so.40 in the environment variable {PathVariable}.";

    // Its name on Linux, then on macOS.
    private static readonly string[] Names = ["libmpi.so.40", "libmpi.40.dylib"];

    private readonly nint _library;

    private MpiLibrary(nint library)
    {
        _library = library;
        GetLibraryVersion = (delegate* unmanaged<byte*, int*, int>)Find("MPI_Get_library_version");
        Initialized = (delegate* unmanaged<int*, int>)Find("MPI_Initialized");
        InitThread = (delegate* unmanaged<int*, byte***, int, int*, int>)Find("MPI_Init_thread");
        QueryThread = (delegate* unmanaged<int*, int>)Find("MPI_Query_thread");
        Finish = (delegate* unmanaged<int>)Find("MPI_Finalize");
        Abort = (delegate* unmanaged<nint, int, int>)Find("MPI_Abort");
        ErrorString = (delegate* unmanaged<int, byte*, int*, int>)Find("MPI_Error_string");
        SetErrorHandler = (delegate* unmanaged<nint, nint, int>)Find("MPI_Comm_set_errhandler");
        Duplicate = (delegate* unmanaged<nint, nint*, int>)Find("MPI_Comm_dup");
        Rank = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_rank");
        Size = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_size");
        Barrier = (delegate* unmanaged<nint, int>)Find("MPI_Barrier");
        Broadcast = (delegate* unmanaged<void*, int, nint, int, nint, int>)Find("MPI_Bcast");
        AllReduce = (delegate* unmanaged<nint, void*, int, nint, nint, nint, int>)Find("MPI_Allreduce");
        AllGather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int>)Find("MPI_Allgather");
        AllGatherVarying = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Find("MPI_Allgatherv");
    }

    public delegate* unmanaged<byte*, int*, int> GetLibraryVersion { get; }

    public delegate* unmanaged<int*, int> Initialized { get; }

    public delegate* unmanaged<int*, byte***, int, int*, int> InitThread { get; }

    public delegate* unmanaged<int*, int> QueryThread { get; }

    public delegate* unmanaged<int> Finish { get; }

    public delegate* unmanaged<nint, int, int> Abort { get; }

    public delegate* unmanaged<int, byte*, int*, int> ErrorString { get; }

    public delegate* unmanaged<nint, nint, int> SetErrorHandler { get; }

    public delegate* unmanaged<nint, nint*, int> Duplicate { get; }

    public delegate* unmanaged<nint, int*, int> Rank { get; }

    public delegate* unmanaged<nint, int*, int> Size { get; }

    public delegate* unmanaged<nint, int> Barrier { get; }

    public delegate* unmanaged<void*, int, nint, int, nint, int> Broadcast { get; }

    public delegate* unmanaged<nint, void*, int, nint, nint, nint, int> AllReduce { get; }

    public delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int> AllGather { get; }

    public delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> AllGatherVarying { get; }

    public nint World => Find("ompi_mpi_comm_world");

    public nint Bytes => Find("ompi_mpi_byte");

    public nint Integers => Find("ompi_mpi_int");

    public nint Floats => Find("ompi_mpi_float");

    public nint Sum => Find("ompi_mpi_op_sum");

    public nint ErrorsReturn => Find("ompi_mpi_errors_return");

    /// <summary>Loads the library for the rest of the process.</summary>
    /// <param name="givenPath">Its path or name; null or empty for the name that the system's loader knows it by.</param>
    /// <exception cref="DllNotFoundException">It is not there, or does not load.</exception>
    /// <exception cref="InvalidOperationException">It is of another implementation of MPI.</exception>
    public static MpiLibrary Load(string? givenPath)
    {
        var names = string.IsNullOrEmpty(givenPath) ? Names : [givenPath];
        foreach (var name in names)
        {
            if (!NativeLibrary.TryLoad(name, out var handle))
                continue;

            RequireOpenMpi(name, VersionOf(handle));
            return new MpiLibrary(handle);
        }

        throw new DllNotFoundException(
            $"mpirun started this process as one of several, but the library of Open MPI is not found: '{string.Join("' or '", names)}' does not load. {Remedy}");
    }

    /// <summary>Checks what the library says of itself.</summary>
    /// <exception cref="InvalidOperationException">It is of another implementation of MPI.</exception>
    internal static void RequireOpenMpi(string name, string version)
    {
        if (version.StartsWith("Open MPI", StringComparison.Ordinal))
            return;

        var firstLine = version.Split('\n')[0].Trim();
        throw new InvalidOperationException(
            $"Data-parallel training needs Open MPI, but '{name}' is another implementation of MPI{(firstLine.Length > 0 ? $": {firstLine}" : "")}. {Remedy}");
    }

    // The one function with the same arguments in every implementation that may be called before all others.
    private static string VersionOf(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "MPI_Get_library_version", out var function))
            return "";

        var buffer = stackalloc byte[VersionBytes];
        int length;
        var code = ((delegate* unmanaged<byte*, int*, int>)function)(buffer, &length);
        return code == 0 ? Encoding.UTF8.GetString(buffer, Math.Clamp(length, 0, VersionBytes)) : "";
    }

    private nint Find(string symbol) => NativeLibrary.GetExport(_library, symbol);
}
