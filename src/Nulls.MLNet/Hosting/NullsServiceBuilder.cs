using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;

namespace Nulls.MLNet.Hosting;

/// <summary>Adds to a served model what depends on the application's types.</summary>
public sealed class NullsServiceBuilder
{
    internal NullsServiceBuilder(IServiceCollection services, string name) => (Services, Name) = (services, name);

    /// <summary>Gets the application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Gets the model's name; empty for the default model.</summary>
    public string Name { get; }

    /// <summary>Adds a pool of prediction engines, injectable as <c>ObjectPool&lt;PredictionEngine&lt;TInput, TOutput&gt;&gt;</c>. They follow deletions and replaced models: an engine predicts by what is unlearned when <c>Predict</c> is called.</summary>
    /// <remarks>A model of a folder has the columns of <see cref="NullsOptions"/>'s defaults. An engine serves one thread: take one, predict, return it.</remarks>
    /// <typeparam name="TInput">The input row, with the text column and, if there is one, the source column.</typeparam>
    /// <typeparam name="TOutput">The output row, with the columns that are wanted.</typeparam>
    public NullsServiceBuilder AddPredictionEngine<TInput, TOutput>()
        where TInput : class
        where TOutput : class, new()
    {
        Services.AddKeyedSingleton<ObjectPool<PredictionEngine<TInput, TOutput>>>(Name, (provider, name) => new FollowingEnginePool<TInput, TOutput>(provider.GetRequiredKeyedService<ModelHost>(name)));
        if (Name.Length == 0)
            Services.AddSingleton(provider => provider.GetRequiredKeyedService<ObjectPool<PredictionEngine<TInput, TOutput>>>(Name));
        return this;
    }
}
