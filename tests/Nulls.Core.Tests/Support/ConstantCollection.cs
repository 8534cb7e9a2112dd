namespace Nulls.Tests.Support;

/// <summary>Collects garbage on another thread until disposed: what native code still uses must be held by somebody.</summary>
internal sealed class ConstantCollection : IDisposable
{
    private readonly Task _collector;
    private volatile bool _isStopped;

    public ConstantCollection() => _collector = Task.Run(() =>
    {
        while (!_isStopped)
        {
            // What native code was handed is young; a whole heap would take a suite's minutes.
            GC.Collect(1);
            GC.WaitForPendingFinalizers();
        }
    });

    public void Dispose()
    {
        _isStopped = true;
        _collector.Wait();
    }
}
