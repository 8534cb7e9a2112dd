using System.Diagnostics;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Nulls.Evaluation.Suite;

/// <summary>Computes the parts of a proof that are not in the cache yet, several at a time where there are several workers, and tells how far it is.</summary>
/// <param name="cache">What was computed before.</param>
/// <param name="results">What is found.</param>
/// <param name="models">The trained models; each is let go of after the last part that uses it.</param>
/// <param name="progress">Told where the proof stands, by one thread at a time.</param>
/// <param name="time">The clock.</param>
/// <param name="stop">The source of the parts' token: a part that fails stops the others.</param>
internal sealed class ProofRun(ProofCache cache, ProofResults results, ProofModels models, IProgress<ProofProgress>? progress, TimeProvider time, CancellationTokenSource stop)
{
    private readonly Lock _telling = new();
    private readonly object _turn = new();
    private readonly long _begunAt = time.GetTimestamp();
    private readonly List<(ProofPart Part, double Done)> _begun = [];
    private readonly List<ProofTask> _waiting = [];
    private readonly Dictionary<ProofPart, StageResult> _kept = [];
    private readonly HashSet<ProofPart> _done = [];
    private readonly Dictionary<ProofPart, int> _uses = [];
    private int _running;
    private double _total;
    private double _finished;
    private double _computed;
    private ExceptionDispatchInfo? _failure;

    /// <param name="tasks">The parts, in the order in which they are told of.</param>
    /// <param name="workers">How many are computed at a time, 1 or more; the calling thread is the first.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; what was computed stays.</exception>
    public void Compute(IReadOnlyList<ProofTask> tasks, int workers)
    {
        results.Order(tasks.Select(task => task.Part));
        _waiting.AddRange(tasks);
        _total = tasks.Sum(task => task.Weight);
        foreach (var part in tasks.SelectMany(task => task.After.Append(task.Part)))
            _uses[part] = _uses.GetValueOrDefault(part) + 1;
        foreach (var task in tasks)
        {
            if (Kept(task.Part) is { } earlier)
            {
                _kept.Add(task.Part, earlier);
                _finished += task.Weight;
            }
        }

        var threads = get_num_threads();
        var threadsAWorker = ThreadsAWorker(workers);
        // New threads begin with what was set last.
        if (threadsAWorker != threads)
            set_num_threads(threadsAWorker);
        try
        {
            Thread[] others = [.. Enumerable.Range(2, workers - 1).Select(number => new Thread(Work) { IsBackground = true, Name = $"Nulls proof {number}" })];
            foreach (var other in others)
                other.Start();
            Work();
            foreach (var other in others)
                other.Join();
        }
        finally
        {
            if (threadsAWorker != threads)
                set_num_threads(threads);
        }

        _failure?.Throw();
        Tell("done");
    }

    /// <summary>Torch's threads that each of some workers has.</summary>
    public static int ThreadsAWorker(int workers) => Math.Max(1, get_num_threads() / workers);

    private void Work()
    {
        try
        {
            while (Next() is { } task)
            {
                Finish(task);
                Leave(task);
            }
        }
        // Whatever it is, the caller's thread throws it.
        catch (Exception failure)
        {
            lock (_turn)
            {
                _failure ??= ExceptionDispatchInfo.Capture(failure);
                Monitor.PulseAll(_turn);
            }

            stop.Cancel();
        }
    }

    // Of the first round with a part that can be begun: what decides whether to go on, or else the heaviest, so that nobody waits at the end.
    // Waits while all that is left needs what others compute, and returns null when nothing is left or a part failed.
    private ProofTask? Next()
    {
        lock (_turn)
        {
            while (_failure is null && _waiting.Count > 0)
            {
                stop.Token.ThrowIfCancellationRequested();
                var next = _waiting.Where(task => task.After.All(_done.Contains)).OrderBy(task => task.Round).ThenBy(task => task.Check is null).ThenByDescending(task => task.Weight).FirstOrDefault();
                if (next is not null)
                {
                    _waiting.Remove(next);
                    _running++;
                    return next;
                }

                if (_running == 0)
                    throw new UnreachableException($"'{_waiting[0].Part}' waits for parts that are not in the plan.");
                Monitor.Wait(_turn);
            }

            return null;
        }
    }

    private void Finish(ProofTask task)
    {
        if (!_kept.TryGetValue(task.Part, out var result))
            result = Compute(task);
        results.Add(task.Part, result);
        task.Check?.Invoke();
    }

    private StageResult Compute(ProofTask task)
    {
        Tell(task, 0);
        var started = time.GetTimestamp();
        var result = task.Run(share => Tell(task, share)) with { Seconds = time.GetElapsedTime(started).TotalSeconds };
        cache.Write(task.Part.System, task.Part.Seed, task.Part.Stage, result);
        lock (_telling)
        {
            _begun.RemoveAll(one => one.Part == task.Part);
            _finished += task.Weight;
            _computed += task.Weight;
        }

        return result;
    }

    private void Leave(ProofTask task)
    {
        lock (_turn)
        {
            _running--;
            _done.Add(task.Part);
            foreach (var part in task.After.Append(task.Part))
            {
                if (--_uses[part] == 0 && part.Stage == Stages.Training)
                    models.Release(part.System, part.Seed);
            }

            Monitor.PulseAll(_turn);
        }
    }

    // A training counts only with its model: a model without its file would be trained again, and a file without its model is of no use.
    private StageResult? Kept(ProofPart part) =>
        part.Stage == Stages.Training && !cache.HasModel(part.System, part.Seed) ? null : cache.Read(part.System, part.Seed, part.Stage);

    private void Tell(ProofTask task, double share)
    {
        lock (_telling)
        {
            var done = (task.Part, task.Weight * share);
            var place = _begun.FindIndex(one => one.Part == task.Part);
            if (place < 0)
                _begun.Add(done);
            else
                _begun[place] = done;
            Tell(string.Join("; ", _begun.Select(one => $"{one.Part.System}, seed {one.Part.Seed}: {one.Part.Stage.Split('-')[0]}")));
        }
    }

    private void Tell(string doing)
    {
        var partly = _begun.Sum(one => one.Done);
        var (elapsed, done, computed) = (time.GetElapsedTime(_begunAt), _finished + partly, _computed + partly);
        progress?.Report(new ProofProgress(doing, _total == 0 ? 1 : done / _total, elapsed, computed > 0 ? elapsed * ((_total - done) / computed) : null));
    }
}
