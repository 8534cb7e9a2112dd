using Nulls.Inference;
using Nulls.Sinks;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Evaluation.Systems;

/// <summary>The systems that a NULLs model is compared with, on the same engine, corpus and schedule.</summary>
internal static class ComparedSystems
{
    /// <summary>A standard transformer as wide as what a source runs, backbone and sinks together: no sink runs or learns.</summary>
    public static NullsBundleOptions Standard(NullsBundleOptions options) => options with
    {
        Model = options.Model with { BackboneWidth = options.Model.BackboneWidth + options.Model.SinksPerSource },
        Training = options.Training with { AreSinksLeftOut = true, Isolation = Isolation.Joint, SharedDropout = 0, BackboneLearningRateScale = 1, BackboneShield = 0 },
        Routing = SinkRouting.Backbone,
    };

    /// <summary>Isolated parameters: sources never touch the backbone, and each has a block of sinks of its own.</summary>
    /// <param name="options">The options of the NULLs model.</param>
    /// <param name="sourceCount">The sources of the corpus.</param>
    public static NullsBundleOptions Isolated(NullsBundleOptions options, int sourceCount) => options with
    {
        Model = options.Model with { Allocation = SinkAllocationKind.Exclusive, SinkPoolWidth = Math.Max(options.Model.SinkPoolWidth, sourceCount * options.Model.SinksPerSource) },
        Training = options.Training with { Isolation = Isolation.SinksOnly, SharedDropout = 0 },
        Routing = SinkRouting.Backbone,
    };

    /// <summary>Isolated parameters that never saw some sources, on the schedule of the training that did.</summary>
    /// <remarks>
    /// The same schedule means: each document of these sources keeps its place and length and says nothing, so that every other row is read
    /// in the same step beside rows of the same shape. Sources' losses and clipping are apart in any case. The tokenizer is that of the
    /// whole corpus unless it is read from a file.
    /// </remarks>
    public static NullsBundleOptions IsolatedWithout(NullsBundleOptions options, int sourceCount, IReadOnlyCollection<string> sources) =>
        Isolated(options, sourceCount) with { BlankedSources = sources };

    /// <summary>The corpus of a model that is retrained without some sources: the gold of unlearning.</summary>
    public static IEnumerable<Document> Without(IEnumerable<Document> corpus, IReadOnlySet<string> sources) =>
        corpus.Where(document => document.Source is null || !sources.Contains(document.Source));
}
