namespace Nulls.Distributed;

/// <summary>How many threads a rank may use, so that the ranks of one machine do not each take all its cores.</summary>
internal static class CoreShare
{
    private const string OwnStatus = "/proc/self/status";
    private const string AllowedCores = "Cpus_allowed_list:";

    /// <summary>Returns the cores that this rank may run on, divided by the ranks that may run on the same. Every rank calls it.</summary>
    /// <remarks>Unless told otherwise, mpirun binds each of two ranks to one core, and more ranks to a socket each.</remarks>
    public static int Of(ICollective ranks)
    {
        var own = $"{Environment.MachineName} {Cores()}";
        var sharing = ranks.Gather([.. own.Select(letter => (int)letter)]).Count(other => other.Select(number => (char)number).SequenceEqual(own));
        return Math.Max(1, Environment.ProcessorCount / sharing);
    }

    // Two ranks with different lists do not share cores, or not all of them.
    private static string Cores() => File.Exists(OwnStatus)
        ? File.ReadLines(OwnStatus).FirstOrDefault(line => line.StartsWith(AllowedCores, StringComparison.Ordinal)) ?? ""
        : "";
}
