using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Nulls.MLNet.Persistence;

namespace Nulls.MLNet.Hosting;

/// <summary>Prediction engines of a served model. Each prediction follows what is unlearned by then, also on an engine taken before; engines of a replaced model are dropped when they are returned.</summary>
/// <param name="host">The model.</param>
internal sealed class FollowingEnginePool<TInput, TOutput>(ModelHost host) : ObjectPool<PredictionEngine<TInput, TOutput>>, IDisposable
    where TInput : class
    where TOutput : class, new()
{
    private static readonly int MostKept = Environment.ProcessorCount * 2;
    private readonly ConcurrentBag<Engine> _idle = [];
    private readonly ConditionalWeakTable<PredictionEngine<TInput, TOutput>, Engine> _engines = [];
    private volatile bool _isDisposed;

    public override PredictionEngine<TInput, TOutput> Get()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!host.Ready.IsCompletedSuccessfully)
            host.RequireReadyAsync(CancellationToken.None).GetAwaiter().GetResult();
        while (_idle.TryTake(out var idle))
        {
            if (idle.LoadNumber == host.LoadNumber)
                return idle.Predictions;
            idle.Dispose();
        }

        var engine = Create();
        _engines.Add(engine.Predictions, engine);
        return engine.Predictions;
    }

    public override void Return(PredictionEngine<TInput, TOutput> obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        if (!_engines.TryGetValue(obj, out var engine))
            throw new ArgumentException("The engine is not of this pool. Return what Get gave.", nameof(obj));
        if (_isDisposed || engine.LoadNumber != host.LoadNumber || _idle.Count >= MostKept)
            engine.Dispose();
        else
            _idle.Add(engine);
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryTake(out var engine))
            engine.Dispose();
    }

    private Engine Create()
    {
        var (loaded, bundle, loadNumber) = host.OpenPipeline();
        using (bundle)
        {
            var pipeline = ModelParts.Replace(loaded.Pipeline, part => part.Following(bundle.Share(), host.ScoreNow));
            var predictions = loaded.Context.Model.CreatePredictionEngine<TInput, TOutput>(pipeline, new PredictionEngineOptions { OwnsTransformer = false });
            return new Engine(predictions, pipeline, loadNumber);
        }
    }

    private sealed record Engine(PredictionEngine<TInput, TOutput> Predictions, ITransformer Pipeline, long LoadNumber) : IDisposable
    {
        public void Dispose()
        {
            Predictions.Dispose();
            ModelParts.Find(Pipeline).ForEach(part => part.Dispose());
        }
    }
}
