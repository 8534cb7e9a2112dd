using System.Diagnostics;
using Nulls.Distributed;

namespace Nulls.RanksApp;

/// <summary>The ways in which rank 1 ends while the others wait for it.</summary>
internal static class Endings
{
    public static int Run(string folder, string way)
    {
        var ranks = DataParallel.Ranks;
        ranks.Barrier();
        if (ranks.Rank == 1)
        {
            switch (way)
            {
                case "abort":
                    ranks.Abort("the disk is full.");
                    break;
                case "throw":
                    throw new InvalidOperationException("Nobody catches this.");
                case "exit":
                    return 3;
                case "kill":
                    using (var self = Process.GetCurrentProcess())
                        self.Kill();
                    break;
            }
        }

        ranks.Barrier();
        // Reached only if rank 1 ended and nobody noticed.
        File.WriteAllText(Path.Combine(folder, $"rank-{ranks.Rank}.json"), "{}");
        return 0;
    }
}
