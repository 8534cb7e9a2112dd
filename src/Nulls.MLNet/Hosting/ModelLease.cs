namespace Nulls.MLNet.Hosting;

/// <summary>A handle on a state of the model: what is computed on it is compared with the state when it is delivered.</summary>
/// <param name="bundle">The model in that state; owned.</param>
/// <param name="number">The state's number.</param>
internal sealed class ModelLease(NullsBundle bundle, long number) : IDisposable
{
    public NullsBundle Bundle => bundle;

    public long Number => number;

    public void Dispose() => bundle.Dispose();
}
