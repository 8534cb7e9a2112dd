using Nulls.Inference;
using Nulls.Unlearning;

namespace Nulls.Evaluation;

/// <summary>What erasing sources does to other texts, measured on a sample: sources are erased for trial, in weights that are thrown away, and texts are read before and after.</summary>
/// <remarks>A loss is the mean negative log-probability a token of a text, in nats; a change is the loss after less the loss before, so what is above 0 was lost. Differences are taken text by text.</remarks>
public sealed record ErasureTrial
{
    private ErasureTrial()
    {
    }

    /// <summary>Gets what was counted: the sinks that others share.</summary>
    public required ErasureImpact Impact { get; init; }

    /// <summary>Gets the change of the loss of the survivors' texts, with its 95 % interval and the single values.</summary>
    public required MetricResult SurvivorChange { get; init; }

    /// <summary>Gets the change of the loss of general texts, which run no sinks or, where the model routes, those of the nearest sources.</summary>
    public required MetricResult GeneralChange { get; init; }

    /// <summary>Gets the keys of those who share most sinks, at most ten, where the model keeps keys; unlearned sources are not named.</summary>
    public required IReadOnlyList<string> SharedWith { get; init; }

    /// <summary>Gets how many of the at most ten that share most are not named, because they are unlearned or their keys are not kept.</summary>
    public required int UnnamedCount { get; init; }

    /// <summary>Measures a trial. The bundle stays as it is.</summary>
    /// <remarks>Takes the memory of a second model, freed before this returns, and two readings of the texts.</remarks>
    /// <param name="bundle">The model.</param>
    /// <param name="sourceKeys">The keys of the sources to erase, as trained.</param>
    /// <param name="survivorTexts">Texts of sources that stay, each with its source's key: a random sample of 100 or more tells 0.01 nats from nothing. Those that <see cref="ErasureImpact.MostAffected"/> names show the worst.</param>
    /// <param name="generalTexts">Texts of no source. The default is none.</param>
    /// <param name="cancellationToken">Stops between two readings.</param>
    /// <exception cref="ArgumentException">A key is not known, or a survivor's text has no source, an unknown, an unlearned or an erased one.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public static ErasureTrial Run(
        NullsBundle bundle, IEnumerable<string> sourceKeys, IReadOnlyList<ScoringRequest> survivorTexts, IReadOnlyList<string>? generalTexts = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(sourceKeys);
        ArgumentNullException.ThrowIfNull(survivorTexts);
        string[] keys = [.. sourceKeys];
        var impact = bundle.ImpactOfErasing(keys, cancellationToken);
        RequireSurvivors(bundle, [.. keys], survivorTexts);
        ScoringRequest[] general = [.. (generalTexts ?? []).Select(text => new ScoringRequest(text, null))];
        using var erased = bundle.Erase(keys);
        string[] named = [.. impact.MostAffected.Select(source => bundle.Sources.GetKeyOrNull(source.SourceIndex)).OfType<string>().Where(key => !bundle.IsUnlearned(key))];
        return new ErasureTrial
        {
            Impact = impact,
            SurvivorChange = Change("survivor_loss_change", survivorTexts),
            GeneralChange = Change("general_loss_change", general),
            SharedWith = named,
            UnnamedCount = impact.MostAffected.Count - named.Length,
        };

        MetricResult Change(string name, IReadOnlyList<ScoringRequest> texts)
        {
            var before = bundle.Score(texts, ScoringOutputs.LogProbabilities, cancellationToken: cancellationToken);
            var after = erased.Score(texts, ScoringOutputs.LogProbabilities, cancellationToken: cancellationToken);
            return MetricResult.OfMean(name, [.. before.Zip(after, (was, now) => (double)was.Score - now.Score)]);
        }
    }

    private static void RequireSurvivors(NullsBundle bundle, HashSet<string> erased, IReadOnlyList<ScoringRequest> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            var problem = texts[i].Source switch
            {
                null or "" => "has no source: give it as a general text",
                var key when erased.Contains(key) => "is of a source that is to be erased: leave it out",
                var key when !bundle.Sources.TryGetIndex(key, out _) => "is of a source that the model never saw: give it as a general text",
                var key when bundle.IsUnlearned(key) => "is of an unlearned source, whose sinks do not run: leave it out",
                _ => null,
            };
            if (problem is not null)
                throw new ArgumentException($"Survivor's text {i} of {texts.Count} {problem}.", nameof(texts));
        }
    }
}
