using Nulls.Evaluation.Systems;
using Nulls.Inference;

namespace Nulls.Evaluation.Suite;

/// <summary>With which sinks a system is asked.</summary>
internal enum AskedAs
{
    /// <summary>The sinks of a source that states the answer.</summary>
    OwnSinks,

    /// <summary>None of its own: forgotten sources are unlearned together, retained ones each alone, and what runs is the routing's.</summary>
    WithoutSinks,

    /// <summary>The sinks of the surviving source whose document is nearest to that of the source asked about.</summary>
    NeighbourOfDocument,

    /// <summary>All sinks at once, each times its share of the pool.</summary>
    EverySink,

    /// <summary>No source is named, and nothing is unlearned: the system has no sinks.</summary>
    NoSource,
}

/// <summary>A system of the suite: a trained model in one state.</summary>
/// <param name="Name">The system, one word.</param>
/// <param name="Model">The trained model that it is a state of.</param>
/// <param name="AskedAs">With which sinks it is asked.</param>
/// <param name="From">The least form that runs it.</param>
/// <param name="Description">What it is, as a sentence.</param>
internal sealed record SuiteSystem(string Name, string Model, AskedAs AskedAs, ProofForm From, string Description)
{
    /// <summary>Gets the retrained system that it is compared with; null for those that are such themselves.</summary>
    public string? Gold { get; init; }

    /// <summary>Gets what runs for texts without sinks of their own.</summary>
    public SinkRouting Routing { get; init; } = SinkRouting.Backbone;

    /// <summary>Gets whether the forgotten sources are erased from the weights, not only unlearned.</summary>
    public bool IsErased { get; init; }

    /// <summary>Gets whether losses, passages and membership are measured; questions always are.</summary>
    public bool ReadsTexts { get; init; } = true;

    /// <summary>Gets whether facts all of whose sources are unlearned are asked for.</summary>
    public bool AsksOrphans { get; init; }

    /// <summary>Gets the method that its model is made by from the standard transformer; null where it is trained.</summary>
    public PostHocMethod? Method { get; init; }

    /// <summary>Gets the fewest sources whose shared statements the backbone keeps; 0 for training without shared dropout.</summary>
    public int MinSources { get; init; }
}
