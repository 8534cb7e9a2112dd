using Nulls.Sources;

namespace Nulls.Inference;

/// <summary>A source that a router found near a text.</summary>
/// <param name="Source">The source's id, as <see cref="SourceRegistry.GetId"/> gives it.</param>
/// <param name="Score">How near: greater is nearer. Its scale is the router's own; the model uses only the order.</param>
public readonly record struct RoutedSource(SourceId Source, float Score);
