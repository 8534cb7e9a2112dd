namespace Nulls.Evaluation.Corpora;

/// <summary>Sources that an experiment unlearns together.</summary>
/// <param name="Name">What it is called, one word: <c>forget10</c>.</param>
/// <param name="Sources">Their keys, at least 1.</param>
public sealed record ForgetSet(string Name, IReadOnlyList<string> Sources);
