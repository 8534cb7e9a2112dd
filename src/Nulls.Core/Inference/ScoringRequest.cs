namespace Nulls.Inference;

/// <summary>A text to score.</summary>
/// <param name="Text">The text; may be empty, which has no tokens.</param>
/// <param name="Source">The key of its source; null or empty when not known.</param>
/// <param name="Prompt">What precedes the text: read but not scored. When given, routing goes by it alone. The default is nothing.</param>
public readonly record struct ScoringRequest(string Text, string? Source, string Prompt = "")
{
    // A struct can be made without its constructor, and has only nulls then.

    /// <summary>Gets the text; empty when none was given.</summary>
    public string Text { get => field ?? ""; init; } = Text;

    /// <summary>Gets what precedes the text; empty when none was given.</summary>
    public string Prompt { get => field ?? ""; init; } = Prompt;

    /// <summary>Gets what routing goes by.</summary>
    internal string RoutedText => Prompt.Length > 0 ? Prompt : Text;
}
