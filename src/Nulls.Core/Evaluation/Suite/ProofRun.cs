namespace Nulls.Evaluation.Suite;

/// <summary>Computes the parts of a proof that are not in the cache yet, and tells how far it is.</summary>
internal sealed class ProofRun(ProofCache cache, ProofResults results, ProofModels models, IProgress<ProofProgress>? progress, TimeProvider time)
{
    private readonly long _begun = time.GetTimestamp();
    private double _total;
    private double _done;
    private double _computed;

    /// <exception cref="OperationCanceledException">The token was cancelled; what was computed stays.</exception>
    public void Compute(IReadOnlyList<ProofTask> tasks, CancellationToken cancellationToken)
    {
        _total = tasks.Sum(task => task.Weight);
        var kept = tasks.ToDictionary(task => task, Kept);
        _done = tasks.Where(task => kept[task] is not null).Sum(task => task.Weight);
        int? seed = null;
        foreach (var task in tasks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (seed != task.Seed)
                models.Release();
            seed = task.Seed;
            if (kept[task] is { } earlier)
                results.Add(task, earlier);
            else
                Compute(task);
            task.Check?.Invoke();
        }

        Tell("done", 0, 0);
    }

    private void Compute(ProofTask task)
    {
        var doing = $"{task.System}, seed {task.Seed}: {task.Stage.Split('-')[0]}";
        Tell(doing, 0, 0);
        var started = time.GetTimestamp();
        var result = task.Run(share => Tell(doing, task.Weight, share)) with { Seconds = time.GetElapsedTime(started).TotalSeconds };
        cache.Write(task.System, task.Seed, task.Stage, result);
        results.Add(task, result);
        _done += task.Weight;
        _computed += task.Weight;
    }

    // A training counts only with its model: a model without its file would be trained again, and a file without its model is of no use.
    private StageResult? Kept(ProofTask task) =>
        task.Stage == Stages.Training && !cache.HasModel(task.System, task.Seed) ? null : cache.Read(task.System, task.Seed, task.Stage);

    private void Tell(string doing, double weight, double share)
    {
        if (progress is null)
            return;
        var elapsed = time.GetElapsedTime(_begun);
        var computed = _computed + (weight * share);
        var done = _done + (weight * share);
        progress.Report(new ProofProgress(doing, _total == 0 ? 1 : done / _total, elapsed, computed > 0 ? elapsed * ((_total - done) / computed) : null));
    }
}
