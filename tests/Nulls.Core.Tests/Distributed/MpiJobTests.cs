using Nulls.Distributed;

namespace Nulls.Tests.Distributed;

public class MpiJobTests
{
    [Fact]
    public void A_process_that_nothing_launched_is_a_job_of_one_rank() => Assert.Equal(new MpiJob(0, 1), MpiJob.OfEnvironment(_ => null));

    [Fact]
    public void The_mpirun_of_Open_MPI_tells_rank_and_size() =>
        Assert.Equal(new MpiJob(2, 4, 1), Job(("OMPI_COMM_WORLD_RANK", "2"), ("OMPI_COMM_WORLD_SIZE", "4"), ("OMPI_COMM_WORLD_LOCAL_RANK", "1"), ("PMI_SIZE", "8")));

    [Fact]
    public void Processes_of_another_launcher_are_refused_before_each_trains_a_model_of_its_own()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Job(("PMI_RANK", "0"), ("PMI_SIZE", "4")));

        Assert.Contains("4 processes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install openmpi-bin", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_process_of_another_launcher_is_a_job_of_one_rank() => Assert.Equal(new MpiJob(0, 1), Job(("PMI_RANK", "0"), ("PMI_SIZE", "1")));

    [Theory]
    [InlineData("MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7", "MPICH Version:\t4.0.2.")]
    [InlineData("Intel(R) MPI Library 2021.9 for Linux* OS\n", "Intel(R) MPI Library 2021.9 for Linux* OS.")]
    [InlineData("", "implementation of MPI.")]
    public void A_library_of_another_implementation_is_refused_by_what_it_says_of_itself(string version, string said)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => MpiLibrary.RequireOpenMpi("libmpi.so.12", version));

        Assert.Contains("'libmpi.so.12'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("NULLS_MPI", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_of_Open_MPI_is_taken() => MpiLibrary.RequireOpenMpi("libmpi.so.40", "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4");

    [Fact]
    public void An_absent_library_is_told_with_what_to_install()
    {
        var refusal = Assert.Throws<DllNotFoundException>(() => MpiLibrary.Load("/nowhere/libmpi.so.40"));

        Assert.Contains("/nowhere/libmpi.so.40", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install openmpi-bin", refusal.Message, StringComparison.Ordinal);
    }

    private static MpiJob Job(params (string Name, string Value)[] variables) =>
        MpiJob.OfEnvironment(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
