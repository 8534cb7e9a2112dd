using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Tests.Support;

/// <summary>How many tensors are alive: a type that owns memory leaves as many as it found.</summary>
internal static class LiveTensors
{
    /// <summary>
    /// Gets the tensors made on this thread less those disposed on it. Exact for work on one thread: what only the finalizer frees, on
    /// its own thread, still counts as alive.
    /// </summary>
    public static long OnThisThread => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    /// <summary>Gets the tensors of all threads. What a finalizer frees is gone from it, so it may hide a leak, and fall by itself: see <see cref="Settle"/>.</summary>
    public static long InProcess => Tensor.TotalCount;

    /// <summary>Lets finalizers free what earlier tests left, so that they cannot do it while <see cref="InProcess"/> is watched.</summary>
    public static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>Fails when the action, all on this thread, leaves more or fewer tensors alive than there were.</summary>
    public static void AssertUnchangedBy(Action action)
    {
        var before = OnThisThread;
        action();
        Assert.Equal(before, OnThisThread);
    }
}
