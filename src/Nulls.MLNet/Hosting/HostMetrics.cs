using System.Diagnostics.Metrics;

namespace Nulls.MLNet.Hosting;

/// <summary>The meter <c>Nulls.MLNet</c>, as one model writes to it. No tag holds a text or a source.</summary>
internal sealed class HostMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly KeyValuePair<string, object?> _model;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batchSize;
    private readonly Counter<long> _orders;
    private readonly Counter<long> _recomputed;

    public HostMetrics(IMeterFactory? factory, string model, Func<int> queueLength, Func<double> ledgerLag)
    {
        _meter = factory?.Create("Nulls.MLNet") ?? new Meter("Nulls.MLNet");
        _ownsMeter = factory is null;
        _model = new("nulls.model", model);
        _requests = _meter.CreateCounter<long>("nulls.requests", "{request}", "Requests that ended, by kind and outcome.");
        _duration = _meter.CreateHistogram<double>("nulls.request.duration", "s", "Time from a request to its end.");
        _batchSize = _meter.CreateHistogram<int>("nulls.batch.size", "{request}", "Requests that were computed together.");
        _orders = _meter.CreateCounter<long>("nulls.orders", "{source}", "Sources that were unlearned, restored or erased here.");
        _recomputed = _meter.CreateCounter<long>("nulls.answers.recomputed", "{answer}", "Answers that were computed again, because their source was unlearned meanwhile.");
        _meter.CreateObservableGauge("nulls.queue.length", () => new Measurement<int>(queueLength(), _model), "{request}", "Requests that wait.");
        _meter.CreateObservableGauge("nulls.ledger.lag", () => new Measurement<double>(ledgerLag(), _model), "s", "Time since the ledger was read last.");
    }

    public void Ended(string kind, string outcome, TimeSpan time)
    {
        _requests.Add(1, _model, new("nulls.kind", kind), new("nulls.outcome", outcome));
        _duration.Record(time.TotalSeconds, _model, new("nulls.kind", kind));
    }

    public void Computed(int batchSize) => _batchSize.Record(batchSize, _model);

    public void Ordered(string action, int sources) => _orders.Add(sources, _model, new("nulls.action", action));

    public void Recomputes(int answers)
    {
        if (answers > 0)
            _recomputed.Add(answers, _model);
    }

    public void Dispose()
    {
        // A factory's meter is the factory's.
        if (_ownsMeter)
            _meter.Dispose();
    }
}
