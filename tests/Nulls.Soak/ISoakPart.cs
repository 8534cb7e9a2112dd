using Nulls.Benchmarks;

namespace Nulls.Soak;

/// <summary>A part of the soak, which gives one or a few figures.</summary>
internal interface ISoakPart
{
    /// <summary>Gets the name that <c>--only</c> chooses it by.</summary>
    string Name { get; }

    /// <summary>Runs it.</summary>
    IAsyncEnumerable<Figure> RunAsync(SoakSetting setting);
}
