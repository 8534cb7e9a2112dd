namespace Nulls.Evaluation;

/// <summary>What a set of TOFU's questions is about, which decides how its measures are summed up and called.</summary>
public enum TofuSet
{
    /// <summary>Authors to forget; metrics are called <c>forget_...</c>.</summary>
    Forget,

    /// <summary>Authors to keep; <c>retain_...</c>.</summary>
    Retain,

    /// <summary>Real authors; <c>ra_...</c>.</summary>
    RealAuthors,

    /// <summary>Facts about the world; <c>wf_...</c>.</summary>
    WorldFacts,
}
