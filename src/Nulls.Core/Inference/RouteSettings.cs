using System.Collections.ObjectModel;

namespace Nulls.Inference;

/// <summary>How texts without sinks of their own are routed, and what is told of it.</summary>
/// <param name="Routing">What runs for them.</param>
/// <param name="Router">The user's router; null for the model's own index.</param>
/// <param name="ReportsSources">Whether results name the sources that a text was routed to.</param>
internal sealed record RouteSettings(SinkRouting Routing, ISourceRouter? Router = null, bool ReportsSources = true)
{
    /// <summary>Gets what the router answered before, by text, for as many sources as this routing asks for.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<RoutedSource>> Answers { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<RoutedSource>>.Empty;
}
