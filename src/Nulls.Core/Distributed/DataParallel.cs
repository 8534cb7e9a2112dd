namespace Nulls.Distributed;

/// <summary>The data-parallel job that this process is a rank of, when <c>mpirun -np N</c> of Open MPI started it.</summary>
/// <remarks>
/// <para>Training then splits every step's rows over the ranks by itself, and every rank ends with the same model. The ranks run the
/// same program with the same options on the same corpus. Rank 0 alone is told progress and warnings, and writes the work folder;
/// a program that prints or saves once asks for its <see cref="Rank"/>.</para>
/// <para>A rank that fails in training says why on the error stream and ends the processes of all ranks, which would wait for it for
/// ever: of several ranks, a training throws nothing but an <see cref="OperationCanceledException"/>, on all of them at the same step.</para>
/// <para>Thread-safe. Asking starts nothing: MPI is loaded by the first training.</para>
/// </remarks>
public static class DataParallel
{
    private static readonly Lazy<ICollective> Joined = new(Join);

    /// <summary>Gets the number of this process, from 0 to below <see cref="Size"/>; 0 for a process by itself.</summary>
    /// <exception cref="InvalidOperationException">A launcher other than Open MPI's started several processes.</exception>
    public static int Rank => Job.Rank;

    /// <summary>Gets the number of processes; 1 for a process by itself.</summary>
    /// <exception cref="InvalidOperationException">A launcher other than Open MPI's started several processes.</exception>
    public static int Size => Job.Size;

    /// <summary>Gets the number of this process among those of its machine: of the GPU that it takes unless told.</summary>
    internal static int LocalRank => Job.LocalRank;

    /// <summary>Gets what this process does together with the other ranks. The first call waits for them.</summary>
    /// <exception cref="DllNotFoundException">The library of Open MPI is not found.</exception>
    /// <exception cref="InvalidOperationException">The library is of another implementation, another launcher started the processes, or MPI reports an error.</exception>
    internal static ICollective Ranks => Joined.Value;

    private static MpiJob Job => MpiJob.OfEnvironment(Environment.GetEnvironmentVariable);

    private static ICollective Join()
    {
        var job = Job;
        if (job.Size == 1)
            return new SingleProcess();

        var ranks = new MpiCollective(MpiLibrary.Load(Environment.GetEnvironmentVariable(MpiLibrary.PathVariable)));
        // MPI begins a job of its own when it does not find the launcher that the environment tells of.
        return (ranks.Rank, ranks.Size) == (job.Rank, job.Size)
            ? ranks
            : throw new InvalidOperationException(
                $"The environment says that this process is rank {job.Rank} of {job.Size}, but Open MPI says {ranks.Rank} of {ranks.Size}. Start the program with the mpirun of the same Open MPI whose library is loaded, and not from within such a program.");
    }
}
