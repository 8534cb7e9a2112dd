namespace Nulls.Text;

/// <summary>A text and who contributed it.</summary>
/// <param name="Text">The text, as written.</param>
/// <param name="Source">The key of the source that contributed the text; null or empty when it has none, which makes it part of the general stream.</param>
public sealed record Document(string Text, string? Source);
