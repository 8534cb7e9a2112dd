namespace Nulls.Evaluation;

/// <summary>How many of TOFU's 200 authors are forgotten. The smaller sets lie within the larger ones.</summary>
public enum TofuSplit
{
    /// <summary>1 %: 2 authors, 40 questions.</summary>
    Forget01,

    /// <summary>5 %: 10 authors, 200 questions.</summary>
    Forget05,

    /// <summary>10 %: 20 authors, 400 questions.</summary>
    Forget10,
}
