namespace Nulls.Certificates;

/// <summary>The sentences that certificates share. What is claimed is what was done and tried, never that knowledge is gone.</summary>
internal static class CertificateWords
{
    private static readonly (CertificateThreat Threat, string Name, string Reason)[] Attacks =
    [
        (CertificateThreat.MembershipInference, "membership-inference", "No membership attack was run."),
        (CertificateThreat.AttributeInference, "attribute-inference", "No attribute was guessed: it needs a list of attributes with true values."),
        (CertificateThreat.Exfiltration, "exfiltration", "No attacker's prompts were tried."),
        (CertificateThreat.Regurgitation, "regurgitation", "It was not looked for recited spans."),
        (CertificateThreat.ModelInversion, "model-inversion", "No input was computed back from outputs."),
        (CertificateThreat.Reconstruction, "reconstruction", "No training text was computed back from weights."),
        (CertificateThreat.Relearning, "relearning", "The model was not trained on related texts."),
        (CertificateThreat.OptimisedExtraction, "optimised-extraction", "No prompt was optimised to elicit the texts."),
        (CertificateThreat.Quantisation, "quantisation", "The model was not tested with rounded weights."),
    ];

    /// <summary>Rows for the attacks that no test is about.</summary>
    public static IEnumerable<CertificateTest> NotRun(IReadOnlyList<CertificateTest> tests) =>
        from attack in Attacks
        where tests.All(test => test.Threat != attack.Threat)
        select new CertificateTest { Name = attack.Name, Threat = attack.Threat, Verdict = CertificateVerdict.NotRun, Explanation = attack.Reason };

    public static string MethodOf(CertificateMode mode) => mode switch
    {
        CertificateMode.Disable => "Gating: the sources' own neurons (sinks) are never switched on again. No weight was changed.",
        CertificateMode.Erase => "Zeroing: every weight of the sources' own neurons (sinks) was set to zero in new weights, for whoever else owns one too, and the sources' ids, keys and index terms were left out.",
        CertificateMode.Compact => "Leaving out: new weights were made of the backbone and the neurons (sinks) of chosen other sources alone.",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "The mode must be Disable, Erase or Compact."),
    };

    public static string NameOf(CertificateMode mode) => mode switch
    {
        CertificateMode.Disable => "Unlearned (switched off, can be restored)",
        CertificateMode.Erase => "Erased (weights set to zero)",
        CertificateMode.Compact => "Erased (a new model without them)",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "The mode must be Disable, Erase or Compact."),
    };

    public static IReadOnlyList<string> LimitsOf(CertificateMode mode) =>
    [
        .. mode == CertificateMode.Disable
            ? ["The weights are still in the model's file: whoever holds it can switch them on again."]
            : new[] { "It is about the weights named here. Earlier files, copies, backups and exports still hold what they held until they are deleted." },
        "The shared part of the model (the backbone) was trained together with all sources. It may hold what other sources say too, and what follows from it; how much of one source it holds was tested as listed, and in no other way.",
        "Statistics of the whole corpus stay: the tokenizer's vocabulary, and the document frequencies of words.",
        "A test that was passed says that this attack, at this budget, on these texts, found nothing beyond its threshold. It says nothing of other attacks.",
        "Whether the measure satisfies a law is for a lawyer or a court to say.",
    ];

    public static string NameOf(CertificateThreat threat) => threat switch
    {
        CertificateThreat.Effect => "Effect of the measure",
        CertificateThreat.MembershipInference => "Membership inference",
        CertificateThreat.AttributeInference => "Attribute inference",
        CertificateThreat.Exfiltration => "Exfiltration",
        CertificateThreat.Regurgitation => "Regurgitation",
        CertificateThreat.ModelInversion => "Model inversion",
        CertificateThreat.Reconstruction => "Reconstruction",
        CertificateThreat.Relearning => "Relearning",
        CertificateThreat.OptimisedExtraction => "Extraction by optimisation",
        CertificateThreat.Quantisation => "Quantisation",
        _ => throw new ArgumentOutOfRangeException(nameof(threat), threat, "There is no such threat."),
    };

    public static string NameOf(CertificateVerdict verdict) => verdict switch
    {
        CertificateVerdict.NotRun => "Not run",
        CertificateVerdict.Measured => "Measured, no threshold",
        CertificateVerdict.Passed => "Passed",
        CertificateVerdict.Inconclusive => "Inconclusive",
        CertificateVerdict.Failed => "Failed",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "There is no such verdict."),
    };

    public static string NameOf(CertificateCheckOutcome outcome) => outcome switch
    {
        CertificateCheckOutcome.NotChecked => "Not checked",
        CertificateCheckOutcome.Passed => "Passed",
        CertificateCheckOutcome.Failed => "Failed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "There is no such outcome."),
    };
}
