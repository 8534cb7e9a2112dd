namespace Nulls.Inference;

/// <summary>A source found by its texts.</summary>
/// <param name="Source">The source's index.</param>
/// <param name="Score">The cosine of the angle between its terms and the query's: above 0 and at most 1.</param>
internal readonly record struct SourceMatch(int Source, float Score);
