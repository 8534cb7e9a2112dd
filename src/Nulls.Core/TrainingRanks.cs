using System.Text.Json;
using Nulls.Distributed;
using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls;

/// <summary>What a training by several ranks asks of each: that it is the same training, takes its share of the cores, and does not stop alone.</summary>
internal static class TrainingRanks
{
    private const string ThreadsVariable = "OMP_NUM_THREADS";

    /// <summary>Trains; of several ranks, one that fails ends the job. Cancellation is agreed on by all, and ends none.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="workFolder">Where the training is kept; null when it is not.</param>
    /// <param name="train">What is done.</param>
    public static T Guard<T>(ICollective ranks, string? workFolder, Func<T> train)
    {
        try
        {
            return train();
        }
        catch (Exception failure) when (ranks.Size > 1 && failure is not OperationCanceledException)
        {
            var remedy = workFolder is null ? "" : $"\nStart the same program again, and it goes on from the last checkpoint in '{workFolder}'.";
            ranks.Abort($"{failure}{remedy}");
            throw;
        }
    }

    /// <summary>Lets this rank use its share of the machine's cores, unless the number of threads is set.</summary>
    public static void ShareCores(ICollective ranks)
    {
        if (ranks.Size == 1)
            return;

        var share = CoreShare.Of(ranks);
        if (Environment.GetEnvironmentVariable(ThreadsVariable) is null && share < get_num_threads())
            set_num_threads(share);
    }

    /// <summary>What rank 0 found a precision to mean: measurements on other ranks may differ.</summary>
    public static Precision Agree(ICollective ranks, Precision found) => (Precision)ranks.Broadcast([(byte)found])[0];

    /// <summary>Requires that every rank was given the training that rank 0 was given.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="identity">What must agree, by name.</param>
    /// <exception cref="InvalidOperationException">Something differs. Each is named, with both values.</exception>
    public static void RequireSame(ICollective ranks, IReadOnlyDictionary<string, string> identity)
    {
        if (ranks.Size == 1)
            return;

        var first = JsonSerializer.Deserialize<Dictionary<string, string>>(ranks.Broadcast(JsonSerializer.SerializeToUtf8Bytes(identity)))!; // It was no null.
        var differences = identity.Keys.Union(first.Keys).Where(name => identity.GetValueOrDefault(name) != first.GetValueOrDefault(name))
            .Select(name => $"{name} is {first.GetValueOrDefault(name) ?? "not given"} there and {identity.GetValueOrDefault(name) ?? "not given"} here").ToArray();
        if (differences.Length > 0)
        {
            throw new InvalidOperationException(
                $"Every rank must be given the same training, but rank {ranks.Rank} was given another than rank 0: {string.Join("; ", differences)}. "
                + "Give every rank the same options, and the same texts in the same order.");
        }

        // Nobody begins before all have agreed, so that nothing is written for another training.
        ranks.Barrier();
    }
}
