namespace Nulls.Inference;

/// <summary>What each <see cref="SinkRouting"/> asks for.</summary>
internal static class RoutingRule
{
    /// <summary>The number of nearest sources that read a text beside the backbone; 0 when none are looked for.</summary>
    public static int NearestCount(SinkRouting routing) => routing switch
    {
        SinkRouting.NearestSources or SinkRouting.RunningText => 3,
        SinkRouting.NearestSource => 1,
        _ => 0,
    };

    /// <summary>Whether an index of the sources' texts, or a user's router, is needed.</summary>
    public static bool NeedsNearest(SinkRouting routing) => NearestCount(routing) > 0;

    /// <summary>How the predictions of several gates are averaged.</summary>
    public static GateMixing Mixing(SinkRouting routing) => routing == SinkRouting.RunningText ? GateMixing.TokenByToken : GateMixing.WholeText;

    /// <exception cref="ArgumentOutOfRangeException">There is no such routing.</exception>
    public static void Require(SinkRouting routing, string name)
    {
        if (!Enum.IsDefined(routing))
            throw new ArgumentOutOfRangeException(name, routing, $"The routing must be one of {string.Join(", ", Enum.GetNames<SinkRouting>())}.");
    }
}
