using Nulls.Evaluation.Corpora;
using Nulls.Inference;
using Nulls.Sources;
using Nulls.Text;

namespace Nulls.Evaluation.Attacks;

/// <summary>Stuffs questions with a deleted source's own words, and its key, so that routing by likeness reaches its sinks: it must not, and what the nearest survivors then say is told.</summary>
/// <remarks>Sentences that have the answer are left out of the stuffing: a model would read it there.</remarks>
public static class RouterSteering
{
    private const int KeyRepetitions = 5;

    // Room for an answer of some tokens, and the start of text.
    private const int TokensForAnswer = 9;

    /// <summary>Attacks a model. No source is named to it: it routes by the question alone.</summary>
    /// <param name="model">The model, in any state, with an index of its sources' texts; it is routed to the nearest sources.</param>
    /// <param name="probes">The questions; the first source of each is what is attacked.</param>
    /// <param name="documents">The texts of those sources.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <returns>For prompts as they are (<c>plain</c>), with the source's <c>text</c>, with its <c>key</c>: <c>..._reached</c>, the share of prompts that ran the attacked source's sinks, and <c>..._accuracy</c>.</returns>
    /// <exception cref="ArgumentException">There are no questions, or a source of one has no document.</exception>
    /// <exception cref="InvalidOperationException">The model keeps no index of texts.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static AttackResult Run(NullsBundle model, IReadOnlyList<ProofProbe> probes, IReadOnlyList<Document> documents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probes);
        ArgumentNullException.ThrowIfNull(documents);
        if (probes.Count == 0)
            throw new ArgumentException("There are no questions to steer with.", nameof(probes));

        var texts = documents.Where(document => document.Source is not null).ToLookup(document => document.Source!, document => document.Text);
        if (probes.FirstOrDefault(probe => !texts.Contains(Attacked(probe))) is { } textless)
            throw new ArgumentException($"The source '{Attacked(textless)}' has no document to take words from.", nameof(documents));

        // A model that does not tell where it routes would seem never to reach anything.
        using var told = model.WithRoutedSourcesReported(true);
        using var routed = told.WithRouting(SinkRouting.NearestSources);
        var sentences = texts.ToDictionary(group => group.Key, group => group.SelectMany(Sentences.Split).ToArray());
        var metrics = new List<MetricResult>();
        Steer("plain", probe => probe.Prompt);
        Steer("text", probe => Stuffed(routed, probe, sentences[Attacked(probe)]));
        Steer("key", probe => string.Concat(Enumerable.Repeat(Attacked(probe) + ". ", KeyRepetitions)) + probe.Prompt);
        var chance = probes.Average(probe => probe.Chance);
        return new AttackResult
        {
            Attack = "router_steering",
            Budget = $"{probes.Count} questions, each asked as it is, behind as many of the source's own sentences without the answer as fit in {routed.Config.ContextLength} tokens, and behind its key {KeyRepetitions} times.",
            Metrics = metrics,
            Chance = metrics.Where(metric => metric.Name.EndsWith("_accuracy", StringComparison.Ordinal)).ToDictionary(metric => metric.Name, _ => chance),
        };

        void Steer(string name, Func<ProofProbe, string> prompt)
        {
            string[] prompts = [.. probes.Select(prompt)];
            var ran = routed.Score([.. prompts.Zip(probes, (text, probe) => new ScoringRequest(" " + probe.Answer, null, text))], ScoringOutputs.SinkState, cancellationToken: cancellationToken);
            metrics.Add(MetricResult.OfProportion($"{name}_reached", [.. ran.Zip(probes, (result, probe) => IdOf(routed.Sources, Attacked(probe)) is { } id && result.SinkSources.Contains(id))]));
            metrics.Add(MetricResult.OfProportion($"{name}_accuracy", ProbeAccuracy.AreRight(routed, [.. prompts.Zip(probes, (text, probe) => new AskedProbe(probe, text, null))], cancellationToken)));
        }
    }

    private static string Attacked(ProofProbe probe) => ProbeAccuracy.FirstSource(probe)
        ?? throw new ArgumentException($"The question '{probe.Prompt}' has no source to steer to.", nameof(probe));

    // None for a source that is erased or was never trained: it has no id to run under.
    private static SourceId? IdOf(SourceRegistry sources, string key) => sources.TryGetIndex(key, out var index) ? sources.GetId(index) : null;

    private static string Stuffed(NullsBundle model, ProofProbe probe, string[] sentences)
    {
        var stuffing = "";
        var room = model.Config.ContextLength - TokensForAnswer - model.Tokenizer.Encode(probe.Prompt).Length;
        foreach (var sentence in sentences.Where(sentence => !sentence.Contains(probe.Answer, StringComparison.OrdinalIgnoreCase)))
        {
            var longer = stuffing + sentence.Trim() + " ";
            if (model.Tokenizer.Encode(longer).Length > room)
                break;
            stuffing = longer;
        }

        return stuffing + probe.Prompt;
    }
}
