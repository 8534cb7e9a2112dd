using System.Globalization;

namespace Nulls.Distributed;

/// <summary>What a launcher tells a process of its job, in environment variables: read without loading MPI.</summary>
/// <param name="Rank">The number of this process among all.</param>
/// <param name="Size">The number of processes.</param>
/// <param name="LocalRank">The number of this process among those of its machine.</param>
internal sealed record MpiJob(int Rank, int Size, int LocalRank = 0)
{
    private const string LocalRankVariable = "OMPI_COMM_WORLD_LOCAL_RANK";
    private const string RankVariable = "OMPI_COMM_WORLD_RANK";
    private const string SizeVariable = "OMPI_COMM_WORLD_SIZE";

    // MPICH's mpiexec, Intel's, and srun without Open MPI.
    private const string OtherSizeVariable = "PMI_SIZE";

    /// <summary>The job of this process: of one rank when nothing launched it.</summary>
    /// <exception cref="InvalidOperationException">A launcher other than Open MPI's started several processes.</exception>
    public static MpiJob OfEnvironment(Func<string, string?> variable)
    {
        if (Number(variable(SizeVariable)) is { } size && Number(variable(RankVariable)) is { } rank)
            return new MpiJob(rank, size, Number(variable(LocalRankVariable)) ?? 0);

        if (Number(variable(OtherSizeVariable)) is > 1 and var others)
        {
            throw new InvalidOperationException(
                $"Data-parallel training needs the mpirun of Open MPI, but another launcher started these {others} processes ({OtherSizeVariable} is set and {SizeVariable} is not). "
                + $"Install Open MPI (on Debian and Ubuntu: apt-get install openmpi-bin) and start with mpirun.openmpi, or unset {OtherSizeVariable} to let every process train a model of its own.");
        }

        return new MpiJob(0, 1);
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
