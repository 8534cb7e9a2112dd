using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nulls.Inference;
using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>A served model: its state, and how one state takes the place of another under way.</summary>
/// <remarks>
/// An answer is computed on a lease and delivered under <see cref="_delivery"/>, where no source whose sinks computed it may be
/// unlearned by then. A state is swapped under the same lock, and so after a swap no older answer of such a source is delivered.
/// </remarks>
internal sealed class ModelHost : IHostedService, IDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);
    private readonly Lock _delivery = new();
    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ModelOrigin _origin;
    private readonly LedgerWatch _watch;
    private readonly BatchWorker _scoreWorker;
    private readonly BatchWorker _completionWorker;
    private readonly RoutingWorker _routingWorker;
    private ServedState? _served;
    private Task _work = Task.CompletedTask;
    private int _isBegun;
    private int _isDisposing;
    private int _isDisposed;

    public ModelHost(string name, NullsServiceOptions options, IServiceProvider services, HostServices common)
    {
        (Name, Options, _time, _logger) = (name, options, common.Time, common.Logger);
        Title = name.Length == 0 ? "The model" : $"The model '{name}'";
        _origin = new ModelOrigin(options, services);
        Orders = new ModelOrders(this, _origin, new LedgerOrigin(options, services, _time), _time, _logger);
        var queueName = name.Length == 0 ? "the model" : $"the model '{name}'";
        Scores = new RequestQueue("score", queueName, options.QueueCapacity, (one, other) => one.GoesWith(other), End);
        Completions = new RequestQueue("completion", queueName, options.QueueCapacity, (one, other) => one.GoesWith(other), End);
        ToRoute = new RequestQueue("route", queueName, options.QueueCapacity, (_, _) => true, End);
        _watch = new LedgerWatch(this, _origin, _time, _logger);
        Metrics = new HostMetrics(common.Meters, name, () => Scores.Count + Completions.Count + ToRoute.Count, () => _watch.Lag.TotalSeconds);
        _scoreWorker = new BatchWorker(this, Scores, options.MaxBatchSize);
        _completionWorker = new BatchWorker(this, Completions, options.MaxBatchSize);
        _routingWorker = new RoutingWorker(this, ToRoute, options.MaxBatchSize);
        StreamTurns = new SemaphoreSlim(Environment.ProcessorCount, Environment.ProcessorCount);
    }

    public string Name { get; }

    /// <summary>Gets what begins a sentence about the model.</summary>
    public string Title { get; }

    public NullsServiceOptions Options { get; }

    public HostMetrics Metrics { get; }

    public RequestQueue Scores { get; }

    public RequestQueue Completions { get; }

    /// <summary>Gets the requests that wait for the user's router, before they wait for the model.</summary>
    public RequestQueue ToRoute { get; }

    /// <summary>Gets what lets as many streams compute at once as there are processors.</summary>
    public SemaphoreSlim StreamTurns { get; }

    /// <summary>Gets what ends once the model is loaded, or could not be.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Gets what carries out orders.</summary>
    public ModelOrders Orders { get; }

    public LedgerWatch Watch => _watch;

    /// <summary>Gets the number of the weights that serve; 0 before the first.</summary>
    public long LoadNumber
    {
        get
        {
            lock (_delivery)
                return _served?.LoadNumber ?? 0;
        }
    }

    public NullsModelInfo Info
    {
        get
        {
            lock (_delivery)
                return _served?.Info ?? new NullsModelInfo { Name = Name };
        }
    }

    /// <summary>Begins to load and to answer; further calls do nothing.</summary>
    public void Begin()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposing) != 0, this);
        if (Interlocked.Exchange(ref _isBegun, 1) == 0)
            _work = Task.WhenAll(Task.Run(LoadFirstAsync), Task.Run(_scoreWorker.RunAsync), Task.Run(_completionWorker.RunAsync), Task.Run(RouteAsync));
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Begin();
        if (Options.LoadModel is null)
            await Ready.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Answers what waits, as long as the token allows, and then ends what is left.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var stopped = new OperationCanceledException($"{Title} takes no more requests: the application stops. Ask again once it runs.");
        Scores.Close(stopped);
        Completions.Close(stopped);
        ToRoute.Close(stopped);
        ToRoute.End();
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _routingWorker.Stop();
            _scoreWorker.Stop();
            _completionWorker.Stop();
        }
    }

    /// <summary>Lets a new request wait: for the user's router where that is asked about it, or else for the model.</summary>
    public void Add(QueuedRequest request)
    {
        Begin();
        (AsksRouter(request) ? ToRoute : request.Queue).Add(request);
    }

    /// <summary>Has a request wait for the user's router before it is computed, where the router is asked about it. False when it is to be computed now.</summary>
    public bool TryAskRouter(QueuedRequest request) => !request.IsDone && AsksRouter(request) && ToRoute.TryHandOn(request);

    /// <summary>Ends a request because the application stops.</summary>
    public void Stop(QueuedRequest request)
    {
        request.Stop();
        End(request);
    }

    /// <summary>Lets go of a request that has its answer, or none, and counts it, once.</summary>
    public void End(QueuedRequest request)
    {
        if (!request.TryRelease())
            return;
        var outcome = request.Answer.IsCompletedSuccessfully ? "answered" : request.Answer.IsFaulted && request.Answer.Exception.InnerException is not OperationCanceledException ? "failed" : "cancelled";
        Metrics.Ended(request.Queue.Kind, outcome, _time.GetElapsedTime(request.Arrival));
    }

    /// <summary>Waits until the model is loaded.</summary>
    /// <exception cref="InvalidOperationException">It could not be.</exception>
    public async Task RequireReadyAsync(CancellationToken cancellationToken)
    {
        Begin();
        await Ready.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (Ready.Exception?.InnerException is { } failure)
            throw new InvalidOperationException($"{Title} could not be loaded: {failure.Message}", failure);
    }

    /// <summary>Opens a lease on the state that serves.</summary>
    /// <exception cref="InvalidOperationException">The model is not loaded.</exception>
    public ModelLease Acquire()
    {
        lock (_delivery)
        {
            var served = Served();
            return new ModelLease(served.Bundle.Share(), served.Number);
        }
    }

    /// <summary>Opens the ML.NET model in which every prediction follows the state that serves, and the number of its weights.</summary>
    public (LoadedModel Loaded, NullsBundle Bundle, long LoadNumber) OpenPipeline()
    {
        lock (_delivery)
        {
            var served = Served();
            return (served.Loaded, served.Bundle.Share(), served.LoadNumber);
        }
    }

    /// <summary>Delivers an answer, unless a source whose sinks computed it is no longer in use.</summary>
    /// <param name="lease">What it was computed on.</param>
    /// <param name="sources">The sources whose sinks ran.</param>
    /// <param name="deliver">Hands it out; runs no code of the requester.</param>
    /// <returns>Whether it was delivered.</returns>
    public bool TryDeliver(ModelLease lease, IReadOnlyList<SourceId> sources, Action deliver)
    {
        lock (_delivery)
        {
            var served = Served();
            if (lease.Number != served.Number && sources.Any(source => !served.Bundle.IsInUse(source)))
                return false;
            deliver();
            return true;
        }
    }

    /// <summary>Puts another state in the place of the one that serves; for <see cref="Orders"/>, one at a time.</summary>
    /// <param name="bundle">The model in that state; taken over.</param>
    /// <param name="head">How far the ledger was read that the state obeys; null without one.</param>
    /// <param name="loaded">What was loaded, taken over; null where the model is the one that was loaded before.</param>
    /// <param name="newWeights">Whether its weights are others, though no model was loaded.</param>
    public void Swap(NullsBundle bundle, LedgerHead? head, LoadedModel? loaded = null, bool newWeights = false)
    {
        var digest = bundle.ModelDigest;
        lock (_delivery)
        {
            var old = _served;
            var loadNumber = (old?.LoadNumber ?? 0) + (loaded is not null || newWeights ? 1 : 0);
            var number = (old?.Number ?? 0) + 1;
            var info = new NullsModelInfo
            {
                Name = Name, IsReady = true, ModelDigest = digest, LedgerHead = head, Version = $"{digest}@{head?.Count ?? number}@{loadNumber}",
                LoadedAt = loaded is null ? old!.Info.LoadedAt : _time.GetUtcNow(), UnlearnedCount = bundle.UnlearnedCount, // The first state brings its model.
            };
            _served = new ServedState(number, loadNumber, loaded ?? old!.Loaded, bundle, info);
            old?.Bundle.Dispose();
            if (loaded is not null)
                old?.Loaded.Dispose();
        }
    }

    /// <summary>Scores at once, on the thread that asks, and again where a source is unlearned meanwhile.</summary>
    public IReadOnlyList<ScoringResult> ScoreNow(IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs, GenerationOptions? generation)
    {
        while (true)
        {
            using var lease = Acquire();
            var results = lease.Score(requests, outputs, generation, CancellationToken.None);
            if (TryDeliver(lease, [.. results.SelectMany(result => result.SinkSources).Distinct()], static () => { }))
                return [.. results.Select(result => Shown(result, outputs, lease))];
            Metrics.Recomputes(results.Count);
        }
    }

    /// <summary>Leaves out what was not asked for, or is not to be told.</summary>
    public ScoringResult Shown(ScoringResult result, ScoringOutputs outputs, ModelLease lease)
    {
        var state = outputs.HasFlag(ScoringOutputs.SinkState) ? result : result with { SinkState = SinkState.Backbone, SinkSources = [] };
        // As the model itself does: who gave the key of a source is told nothing new by its id.
        var isTold = Options.ReportsSources && (lease.Bundle.ReportsRoutedSources || result.SinkState == SinkState.Own);
        return isTold ? state : state with { SinkSources = [] };
    }

    /// <summary>Loads the model again and serves it.</summary>
    public async Task ReplaceAsync(CancellationToken cancellationToken)
    {
        await RequireReadyAsync(cancellationToken).ConfigureAwait(false);
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposing, 1) != 0)
            return;

        StopAsync(new CancellationToken(true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        // What is under way uses what is freed next. A LoadModel that does not look at its token is left behind.
        if (_work.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(LongestEnd))
        {
            _scoreWorker.Dispose();
            _completionWorker.Dispose();
            _routingWorker.Dispose();
        }

        lock (_delivery)
        {
            _served?.Bundle.Dispose();
            _served?.Loaded.Dispose();
            _served = null;
            Volatile.Write(ref _isDisposed, 1);
        }

        Orders.Dispose();
        Metrics.Dispose();
    }

    // What waits for the router comes to the other queues still.
    private async Task RouteAsync()
    {
        await _routingWorker.RunAsync().ConfigureAwait(false);
        Scores.End();
        Completions.End();
    }

    private bool AsksRouter(QueuedRequest request)
    {
        lock (_delivery)
            return (request.Outputs & ~ScoringOutputs.TokenCount) != ScoringOutputs.None && _served?.Bundle.AsksRouter(request.Request, request.Routed) == true;
    }

    private async Task LoadFirstAsync()
    {
        try
        {
            await LoadAsync(_stop.Token).ConfigureAwait(false);
            if (Orders.Ledger is null)
                HostLog.NoLedger(_logger, Name);
            _ready.SetResult();
        }
#pragma warning disable CA1031 // It is told to everyone who waits for the model.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            HostLog.NotLoaded(_logger, Name, failure.GetType().Name);
            _ready.SetException(failure);
            return;
        }

        await _watch.RunAsync(_stop.Token).ConfigureAwait(false);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Orders.RequireLedger();
        _watch.Loading(_origin.Stamp());
        var loaded = await _origin.LoadAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Orders.ServeAsync(loaded, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }

        HostLog.Serves(_logger, Name, Info.ModelDigest, Info.UnlearnedCount);
    }

    private ServedState Served()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return _served ?? throw new InvalidOperationException($"{Title} is not loaded yet. Wait until Model.IsReady is true.");
    }
}
