using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nulls.MLNet.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Serves models from an application's services.</summary>
public static class NullsServiceCollectionExtensions
{
    private const string DefaultHealthCheck = "nulls";

    /// <summary>Serves a model, injectable as <see cref="INullsScorer"/>, <see cref="IUnlearningService"/> and <see cref="IChatClient"/>, all singletons.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options, which are checked when the application starts.</param>
    /// <exception cref="InvalidOperationException">A default model is served already.</exception>
    public static NullsServiceBuilder AddNulls(this IServiceCollection services, Action<NullsServiceOptions> configure)
    {
        var builder = Add(services, Options.Options.DefaultName, configure);
        services.AddSingleton(provider => provider.GetRequiredKeyedService<INullsScorer>(builder.Name));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<IUnlearningService>(builder.Name));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<IChatClient>(builder.Name));
        return builder;
    }

    /// <summary>Serves a model under a name: the same services, with the name as their key.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The name, which stands in logs and metrics.</param>
    /// <param name="configure">Sets the options, which are checked when the application starts.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">A model of this name is served already.</exception>
    public static NullsServiceBuilder AddNulls(this IServiceCollection services, string name, Action<NullsServiceOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Add(services, name, configure);
    }

    /// <summary>Checks a served model's health: unhealthy where it is not loaded or an unlearned source answers; degraded where the ledger cannot be read or is read late, a newer model cannot be loaded, or an erased one cannot be saved.</summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="name">The model's name. The default, null, is the default model.</param>
    public static IHealthChecksBuilder AddNulls(this IHealthChecksBuilder builder, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var key = name ?? Options.Options.DefaultName;
        return builder.Add(new HealthCheckRegistration(
            key.Length == 0 ? DefaultHealthCheck : $"{DefaultHealthCheck}-{key}",
            provider => new NullsHealthCheck(provider.GetRequiredKeyedService<ModelHost>(key), ClockOf(provider)), failureStatus: null, tags: null));
    }

    private static NullsServiceBuilder Add(IServiceCollection services, string name, Action<NullsServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ServiceType == typeof(ModelHost) && Equals(service.ServiceKey, name)))
            throw new InvalidOperationException($"AddNulls was called twice for {(name.Length == 0 ? "the default model" : $"'{name}'")}. Give each model a name of its own.");

        services.AddOptions<NullsServiceOptions>(name).Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NullsServiceOptions>>(new NullsServiceOptionsValidation(name));
        services.AddKeyedSingleton(name, (provider, _) => new ModelHost(
            name, provider.GetRequiredService<IOptionsMonitor<NullsServiceOptions>>().Get(name), provider,
            new HostServices(ClockOf(provider), LoggerOf(provider), provider.GetService<IMeterFactory>())));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<ModelHost>(name));
        services.AddKeyedSingleton<INullsScorer>(name, (provider, _) => new NullsScorer(provider.GetRequiredKeyedService<ModelHost>(name), ClockOf(provider)));
        services.AddKeyedSingleton<IUnlearningService>(name, (provider, _) => new UnlearningService(provider.GetRequiredKeyedService<ModelHost>(name)));
        services.AddKeyedSingleton<IChatClient>(name, (provider, _) => new NullsChatClient(provider.GetRequiredKeyedService<ModelHost>(name), provider.GetRequiredKeyedService<INullsScorer>(name), ClockOf(provider)));
        return new NullsServiceBuilder(services, name);
    }

    private static TimeProvider ClockOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;

    private static ILogger LoggerOf(IServiceProvider provider) => provider.GetService<ILoggerFactory>()?.CreateLogger("Nulls.MLNet.Hosting") ?? NullLogger.Instance;
}
