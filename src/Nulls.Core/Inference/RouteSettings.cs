namespace Nulls.Inference;

/// <summary>How texts without sinks of their own are routed, and what is told of it.</summary>
/// <param name="Routing">What runs for them.</param>
/// <param name="Router">The user's router; null for the model's own index.</param>
/// <param name="ReportsSources">Whether results name the sources that a text was routed to.</param>
internal sealed record RouteSettings(SinkRouting Routing, ISourceRouter? Router = null, bool ReportsSources = true);
