using System.Diagnostics;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace Nulls.Soak;

/// <summary>Deletions and restorations that arrive at even times, one source each.</summary>
internal sealed class Orders(IUnlearningService unlearning, IReadOnlyList<WatchedSource> sources, Findings findings)
{
    /// <summary>Gets who gives them.</summary>
    public static LedgerRequest Request { get; } = new() { Actor = "soak", ReasonCode = "test", LegalBasis = "GDPR Art. 17(1)(b)" };

    /// <summary>Gets how long deletions took until they were acknowledged.</summary>
    public LatencyHistogram Deletions { get; } = new();

    /// <summary>Gives so many orders, spread over a time; then restores what is deleted.</summary>
    public async Task GiveAsync(int count, TimeSpan time)
    {
        var random = new Random(1);
        var deleted = new HashSet<WatchedSource>();
        var start = Stopwatch.GetTimestamp();
        for (var given = 0; given < count; given++)
        {
            if (time * given / count - Stopwatch.GetElapsedTime(start) is var early && early > TimeSpan.Zero)
                await Task.Delay(early);
            await GiveAsync(sources[random.Next(sources.Count)], deleted);
        }

        foreach (var source in deleted.ToArray())
            await GiveAsync(source, deleted);
    }

    private async Task GiveAsync(WatchedSource source, HashSet<WatchedSource> deleted)
    {
        source.BeginOrder();
        var start = Stopwatch.GetTimestamp();
        try
        {
            if (deleted.Contains(source))
            {
                await unlearning.RestoreAsync([source.Key], Request);
                source.AcknowledgeRestoration();
                deleted.Remove(source);
            }
            else
            {
                await unlearning.UnlearnAsync([source.Key], Request);
                source.AcknowledgeDeletion();
                deleted.Add(source);
                Deletions.Add(Stopwatch.GetElapsedTime(start));
            }
        }
#pragma warning disable CA1031 // Whatever it is, it is what the soak looks for.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            findings.AddError($"An order failed: {failure.GetType().Name}: {failure.Message}");
        }
    }
}
