namespace Nulls.Inference;

/// <summary>A few threads that do one piece of work together, many times a second, and meet inside it.</summary>
/// <remarks>
/// Between two layers of a network there is time for a meeting of a microsecond, not for a thread pool. So whoever waits spins for a
/// moment; then it lets others run, because the core may be wanted elsewhere; and between pieces of work it goes to sleep.
/// </remarks>
internal sealed class ThreadTeam : IDisposable
{
    private const int SpinsInside = 1_000;
    private const int SpinsBetween = 4_000;

    private readonly Thread[] _others;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0);
    private Action<int> _work = _ => { };
    private volatile bool _isDisposed;
    private volatile int _pieces;
    private volatile int _meetings;
    private int _arrived;
    private int _sleepers;

    /// <param name="count">The threads, the caller of <see cref="Run"/> included.</param>
    public ThreadTeam(int count)
    {
        Count = count;
        _others = [.. Enumerable.Range(1, count - 1).Select(number => new Thread(() => Serve(number)) { IsBackground = true, Name = "Nulls decoder" })];
        foreach (var thread in _others)
            thread.Start();
    }

    /// <summary>Gets the number of threads.</summary>
    public int Count { get; }

    /// <summary>Does a piece of work on every thread, each with its number, and returns when all are done. The work must not throw.</summary>
    public void Run(Action<int> work)
    {
        _work = work;
        Announce();
        work(0);
        Meet();
    }

    /// <summary>Waits, inside a piece of work, until every thread has come here.</summary>
    public void Meet()
    {
        if (Count == 1)
            return;

        var meeting = _meetings;
        if (Interlocked.Increment(ref _arrived) == Count)
        {
            _arrived = 0;
            _meetings = meeting + 1;
            return;
        }

        for (var spin = 0; _meetings == meeting; spin++)
            Wait(spin);
    }

    public void Dispose()
    {
        _isDisposed = true;
        Announce();
        foreach (var thread in _others)
            thread.Join();
        _wake.Dispose();
    }

    private void Announce()
    {
        lock (_lock)
        {
            _pieces++;
            if (_sleepers > 0)
                _wake.Release(_sleepers);
            _sleepers = 0;
        }
    }

    private static void Wait(int spin)
    {
        if (spin < SpinsInside)
            Thread.SpinWait(1);
        else
            Thread.Yield();
    }

    private void Serve(int number)
    {
        var done = 0;
        while (true)
        {
            AwaitPieceAfter(done);
            if (_isDisposed)
                return;
            done++;
            _work(number);
            Meet();
        }
    }

    private void AwaitPieceAfter(int done)
    {
        for (var spin = 0; spin < SpinsBetween; spin++)
        {
            if (_pieces != done)
                return;
            Thread.SpinWait(1);
        }

        lock (_lock)
        {
            if (_pieces != done)
                return;
            _sleepers++;
        }

        _wake.Wait();
    }
}
