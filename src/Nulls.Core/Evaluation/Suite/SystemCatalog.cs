using Nulls.Evaluation.Systems;
using Nulls.Inference;

namespace Nulls.Evaluation.Suite;

/// <summary>All systems of the suite, in the order of a table, and the names of models and of what decides claims.</summary>
internal static class SystemCatalog
{
    public const string Nulls = "nulls";
    public const string NullsRetrained = "nulls.retrained";
    public const string StandardModel = "standard";
    public const string StandardRetrainedModel = "standard.retrained";
    public const string IsolatedModel = "isolated";
    public const string IsolatedWithoutModel = "isolated.without";

    public const string Own = "nulls.own";
    public const string Backbone = "nulls.backbone";
    public const string RoutedByQuestion = "nulls.routedByQuestion";
    public const string Erased = "nulls.erased";
    public const string Gated = "nulls.gated";
    public const string RetrainedBackbone = "nulls.retrained.backbone";
    public const string RetrainedRouted = "nulls.retrained.routedByQuestion";
    public const string Standard = "standard";
    public const string StandardRetrained = "standard.retrained";
    public const string Isolated = "isolated";
    public const string Dropout = "nulls.sharedDropout.2";
    public const double DropoutShare = 0.3;

    public static IReadOnlyList<SuiteSystem> All { get; } =
    [
        new(Own, Nulls, AskedAs.OwnSinks, ProofForm.Quick, "The NULLs model before anything is unlearned, asked with the sinks of the source that knows the answer.") { Gold = RetrainedBackbone },
        new(Backbone, Nulls, AskedAs.WithoutSinks, ProofForm.Quick, "The same weights with the sources unlearned: their sinks never run, and the backbone alone answers.") { Gold = RetrainedBackbone, AsksOrphans = true },
        new(RoutedByQuestion, Nulls, AskedAs.WithoutSinks, ProofForm.Quick, "The same weights with the sources unlearned: the surviving sources nearest to the question answer, and the backbone.")
        {
            Gold = RetrainedRouted, Routing = SinkRouting.NearestSources, ReadsTexts = false, AsksOrphans = true,
        },
        new("nulls.routedByDocument", Nulls, AskedAs.NeighbourOfDocument, ProofForm.Quick, "The same weights with the sinks of the surviving source whose text is nearest to the unlearned one, as published.") { Gold = RetrainedBackbone },
        new("nulls.placebo", Nulls, AskedAs.WithoutSinks, ProofForm.Quick, "The same weights with the sinks of a surviving source drawn at random: the control.") { Gold = RetrainedBackbone, Routing = SinkRouting.Placebo },
        new("nulls.expected", Nulls, AskedAs.EverySink, ProofForm.Standard, "The same weights with every sink on but those of unlearned sources, each times the share of the pool that a source owns, as published.") { Gold = RetrainedBackbone },
        new(Erased, Nulls, AskedAs.WithoutSinks, ProofForm.Quick, "New weights in which the sinks of the forgotten sources are zero; the backbone alone answers.") { Gold = RetrainedBackbone, IsErased = true },
        new(RetrainedBackbone, NullsRetrained, AskedAs.WithoutSinks, ProofForm.Quick, "A NULLs model trained without the forgotten sources, its backbone alone: what forgetting should look like."),
        new(RetrainedRouted, NullsRetrained, AskedAs.WithoutSinks, ProofForm.Quick, "A NULLs model trained without the forgotten sources; the sources nearest to the question answer, and the backbone.")
        {
            Routing = SinkRouting.NearestSources, ReadsTexts = false,
        },
        new(Standard, StandardModel, AskedAs.NoSource, ProofForm.Quick, "A transformer without sinks, as wide as what a source runs, trained on the same texts; nothing is forgotten.") { Gold = StandardRetrained },
        new(StandardRetrained, StandardRetrainedModel, AskedAs.NoSource, ProofForm.Quick, "The same transformer, trained without the forgotten sources."),
        new("isolated.own", IsolatedModel, AskedAs.OwnSinks, ProofForm.Standard, "Isolated parameters: sources train blocks of sinks of their own and never the backbone; asked with the sinks of the source that knows the answer."),
        new(Isolated, IsolatedModel, AskedAs.WithoutSinks, ProofForm.Standard, "Isolated parameters with the sources unlearned; the backbone alone answers.") { AsksOrphans = true },
        PostHoc("gradientAscent", PostHocMethod.GradientAscent, "The standard transformer, trained up the loss of the forgotten texts."),
        PostHoc("gradientDifference", PostHocMethod.GradientDifference, "The standard transformer, trained up the loss of the forgotten texts and down that of others."),
        PostHoc("npo", PostHocMethod.Npo, "The standard transformer after negative preference optimisation, with the loss of other texts."),
        PostHoc("simNpo", PostHocMethod.SimNpo, "The standard transformer after negative preference optimisation without a reference, with the loss of other texts."),
        PostHoc("rmu", PostHocMethod.Rmu, "The standard transformer after representation misdirection (RMU): hidden states of forgotten texts are steered to a random direction."),
        .. SharedDropout(2), .. SharedDropout(3), .. SharedDropout(5),
    ];

    /// <summary>Gets a system by its name.</summary>
    public static SuiteSystem Get(string name) => All.Single(system => system.Name == name);

    /// <summary>Tells whether a model is tuned by the questions, and not only trained.</summary>
    public static bool IsTuned(string model) => All.Any(system => system.Model == model && system.Method is not null);

    private static SuiteSystem PostHoc(string name, PostHocMethod method, string description) =>
        new(name, name, AskedAs.NoSource, ProofForm.Standard, description + " Its numbers were tuned first.") { Gold = StandardRetrained, Method = method };

    private static SuiteSystem[] SharedDropout(int minSources)
    {
        var name = $"nulls.sharedDropout.{minSources}";
        return
        [
            new(name + ".own", name, AskedAs.OwnSinks, ProofForm.Standard, $"A NULLs model whose backbone also read what at least {minSources} sources state (shared-only dropout), asked with own sinks.") { MinSources = minSources, ReadsTexts = false },
            new(name, name, AskedAs.WithoutSinks, ProofForm.Standard, $"The same with the sources unlearned; the backbone alone answers.") { Gold = RetrainedBackbone, MinSources = minSources, AsksOrphans = true },
        ];
    }
}
