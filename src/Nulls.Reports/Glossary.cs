namespace Nulls.Reports;

/// <summary>What metrics, facts and systems are in words. What is not listed is shown by its own name.</summary>
internal static class Glossary
{
    /// <summary>Every definition, in the order of the page; a metric belongs to the one with the longest beginning of its name.</summary>
    public static IReadOnlyList<Definition> Definitions { get; } =
    [
        new("accuracy", "Questions answered rightly", "The share of questions to which the model holds the right answer likelier than every wrong one."),
        new("probability", "Probability of the right answer", "How probable the model holds the right answer, a token, so that long answers count like short ones.", "arXiv:2401.06121 §2.2"),
        new("truth_ratio", "Truth ratio", "How likely wrong answers are beside the right one. For what shall be forgotten, 1 says that the model cannot tell right from wrong; for all else, 1 says that it knows.", "arXiv:2401.06121 §2.2"),
        new("forget_quality", "Forget quality", "The p-value of a two-sample Kolmogorov-Smirnov test between the truth ratios of a system and of the retrained one it is compared with: above 0.05 the test cannot tell them apart. A statistic of 0 says that they are the same.", "arXiv:2401.06121 §2.2"),
        new("model_utility", "Model utility", "The harmonic mean of probability, truth ratio and ROUGE-L on all that shall be kept.", "arXiv:2401.06121 §2.2"),
        new("rouge", "ROUGE-L", "How much of the right answer the model writes, by the longest common subsequence of words; the recall.", "Lin, ACL W04-1013 (2004) §3.1"),
        new("relearning", "Relearning", "How much of what was forgotten comes back while the model is trained on other parts of it, by training step: what never was in the weights must be learned anew.", "arXiv:2406.13356"),
        new("extraction_strength", "Extraction strength", "How much of a passage comes out when its beginning goes in; 0 when the last token is not the likeliest.", "arXiv:2406.09179"),
        new("exact_memorization", "Exact memorization", "The share of a passage's tokens that the model holds likeliest after the true ones before them.", "arXiv:2205.10770"),
        new("prefix", "Extraction by prefixes", "How often greedy decoding goes on as a passage does after its first tokens, and how many of the passage's words it has.", "arXiv:2012.07805"),
        new("acr", "Adversarial compression", "How much longer a passage is than the shortest prompt found that makes the model write it, by greedy coordinate gradient; above 1 it counts as memorised.", "arXiv:2404.15146"),
        new("rephrasing", "Other wordings", "Accuracy when the same is asked as trained, in other words, and without naming what it is about."),
        new("decoding", "Drawn answers", "How often an answer that greedy decoding hides is among answers that are drawn, beside a wrong answer's."),
        new("compression", "Rounded and pruned weights", "Accuracy after weights were rounded to few bits, or the smallest set to zero: unlearning by small changes comes undone so.", "arXiv:2410.16454"),
        new("steering", "Steered routing", "Whether questions that are stuffed with an unlearned source's own words, or its key, reach its sinks, and what is then answered."),
        new("weights", "Opened sinks", "What whoever holds the file gets by turning sinks on that are off."),
        new("membership", "Membership inference", "How well texts that were trained on are told from texts that never were, by several scores: the area under the curve (auc), where 0.5 is guessing, and the share found at 1 % false positives (tpr).", "arXiv:2112.03570"),
        new("privacy_leakage", "Privacy leakage", "How far the area of a membership attack (Min-K %) is from the retrained model's, in percent; 0 is best.", "arXiv:2407.06460"),
        new("loss", "Loss", "The mean negative log-probability a token, in nats; lower is better."),
        new("perplexity", "Perplexity", "The exponential of the loss: among how many tokens the model is undecided."),
        new("capability", "Loss against the standard model", "By which share the loss on general text is greater than that of a standard transformer of the same active size; negative when it is smaller."),
        new("benchmark", "Benchmarks", "Accuracy by log-likelihood beside chance and the standard transformer's. Models of some millions of weights are near chance in most: then nothing follows."),
        new("exactness", "Exact deletion", "Isolated parameters: the greatest difference between the outputs after deletion and those of a model trained without the source on the same schedule (0 is equal to the bit), and whether all weights are the same (1)."),
        new("tuning", "Tuning: the best trial", "What the numbers chosen for a post-hoc method reached on sources that are asked about nowhere else: forgetting, keeping, and both together."),
        new("trial", "Tuning: every trial", "The same for every setting that was tried."),
    ];

    private static readonly Dictionary<string, string> Facts = new(StringComparer.Ordinal)
    {
        ["unique.forgotten"] = "one forgotten source",
        ["unique.untouched"] = "forgotten, not in the attack",
        ["unique.retained"] = "one other source, unlearned alone",
        ["unique.kept"] = "one other source, its sinks on",
        ["inferred"] = "one source, implied by others",
        ["text.forgotten"] = "forgotten texts",
        ["text.retained"] = "other sources' texts",
        ["text.general"] = "general texts, held out",
        ["text.heldOut"] = "sources' texts, held out",
        ["text.surviving"] = "surviving texts",
        ["passages.forgotten"] = "forgotten passages",
        [""] = "all",
    };

    /// <summary>The family of numbers that are of settings, not of facts: a table of their means would be mostly empty.</summary>
    public const string Trials = "trial";

    private const string Shared = "shared.";
    private const string Orphaned = ".ownersUnlearned";

    /// <summary>Finds what a metric is; null for one that is not listed.</summary>
    public static Definition? Find(string metric) =>
        Definitions.Where(definition => metric == definition.Name || metric.StartsWith(definition.Name + ".", StringComparison.Ordinal)).MaxBy(definition => definition.Name.Length);

    /// <summary>The first word of a metric: what stands in one table.</summary>
    public static string Family(string metric) => Find(metric)?.Name ?? metric.Split('.')[0];

    /// <summary>What is left of a metric's name within its family: <c>min_k.auc</c> of membership's.</summary>
    public static string Within(string family, string metric) => metric == family ? "" : metric.StartsWith(family + ".", StringComparison.Ordinal) ? metric[(family.Length + 1)..] : metric;

    public static string FactsInWords(string factType)
    {
        if (Facts.TryGetValue(factType, out var words))
            return words;
        if (!factType.StartsWith(Shared, StringComparison.Ordinal))
            return factType;
        var areOrphaned = factType.EndsWith(Orphaned, StringComparison.Ordinal);
        var count = factType[Shared.Length..(areOrphaned ? ^Orphaned.Length : ^0)];
        return $"{count.Replace("-", " or ", StringComparison.Ordinal).Replace("+", " or more", StringComparison.Ordinal)} sources{(areOrphaned ? ", all of them unlearned" : "")}";
    }

    /// <summary>Orders facts as the glossary does, shared ones by the number of their sources.</summary>
    public static (int Group, int Sources, string Name) PlaceOf(string factType)
    {
        if (factType.StartsWith(Shared, StringComparison.Ordinal))
        {
            var digits = string.Concat(factType[Shared.Length..].TakeWhile(char.IsAsciiDigit));
            return (factType.EndsWith(Orphaned, StringComparison.Ordinal) ? 6 : 5, int.TryParse(digits, out var sources) ? sources : 0, factType);
        }

        var place = Facts.Keys.TakeWhile(known => known != factType).Count();
        return (place < 5 ? place : place + 10, 0, factType);
    }

    /// <summary>Orders families as the glossary does.</summary>
    public static int PlaceOfFamily(string family) => Definitions.TakeWhile(definition => definition.Name != family).Count();
}
