namespace ForgetDesk.Model;

/// <summary>A question, and what the model makes of it with sinks and without.</summary>
/// <param name="Question">The question.</param>
/// <param name="WithSinks">With the sinks of the source that was named, if it is in use, or of those that the question leads to.</param>
/// <param name="WithoutSinks">With the backbone alone.</param>
/// <param name="IsSourceUnknown">Whether a source was named that is not in use; which of the reasons it has is not told.</param>
public sealed record Exchange(string Question, Answer WithSinks, Answer WithoutSinks, bool IsSourceUnknown);
