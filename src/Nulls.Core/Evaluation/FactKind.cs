namespace Nulls.Evaluation;

/// <summary>Where a fact can be learned: what should become of it when one of its sources is unlearned.</summary>
public enum FactKind
{
    /// <summary>Stated by one source alone: forgotten with it.</summary>
    Unique,

    /// <summary>Stated by one source alone, but it follows from a rule that many texts teach: kept.</summary>
    Inferred,

    /// <summary>Stated by several sources: kept while one of them is.</summary>
    Shared,
}
