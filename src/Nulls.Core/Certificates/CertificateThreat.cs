namespace Nulls.Certificates;

/// <summary>What a test is about: whether the measure took effect, or one of the attacks that a reader asks after.</summary>
/// <remarks>The first six attacks are those that EDPB Opinion 28/2024 names. A certificate has a row for every attack, run or not.</remarks>
public enum CertificateThreat
{
    /// <summary>Whether what was ordered took effect, and what it did to others.</summary>
    Effect,

    /// <summary>Whether a text can be told to have been trained on.</summary>
    MembershipInference,

    /// <summary>Whether a person's attribute can be guessed from the model.</summary>
    AttributeInference,

    /// <summary>Whether an attacker can draw the text out by prompts of his own.</summary>
    Exfiltration,

    /// <summary>Whether the model recites the text.</summary>
    Regurgitation,

    /// <summary>Whether inputs can be computed back from what the model puts out.</summary>
    ModelInversion,

    /// <summary>Whether training texts can be computed back from the weights.</summary>
    Reconstruction,

    /// <summary>Whether training on related texts brings the rest back.</summary>
    Relearning,

    /// <summary>Whether a prompt found by optimisation elicits the text.</summary>
    OptimisedExtraction,

    /// <summary>Whether rounding the weights brings the text back.</summary>
    Quantisation,
}
