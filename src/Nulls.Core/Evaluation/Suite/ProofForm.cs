namespace Nulls.Evaluation.Suite;

/// <summary>How much a proof runs.</summary>
public enum ProofForm
{
    /// <summary>Own sinks, the states without them, retrained and standard models; questions, losses, extraction by prefixes, other wordings, and relearning.</summary>
    Quick,

    /// <summary>All that is quick, and post-hoc methods, isolated parameters, shared-only dropout, every attack with a small budget, and capability.</summary>
    Standard,

    /// <summary>All that is standard, and adversarial prompts with the default budget of <see cref="Attacks.AdversarialCompressionOptions"/> and three times the draws.</summary>
    Full,
}
