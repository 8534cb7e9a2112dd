namespace Nulls.Inference;

/// <summary>A text to score.</summary>
/// <param name="Text">The text; may be empty, which has no tokens.</param>
/// <param name="Source">The key of its source; null or empty when not known.</param>
/// <param name="Prompt">What precedes the text: read but not scored. When given, routing goes by it alone. The default is nothing.</param>
public readonly record struct ScoringRequest(string Text, string? Source, string Prompt = "");
