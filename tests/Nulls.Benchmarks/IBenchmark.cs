namespace Nulls.Benchmarks;

/// <summary>A measurement of one or a few figures in one run on one machine.</summary>
internal interface IBenchmark
{
    /// <summary>Gets the name that <c>--only</c> chooses it by; its figures begin with it.</summary>
    string Name { get; }

    /// <summary>Gets whether the number of threads matters, so that it is run with each.</summary>
    bool DependsOnThreads { get; }

    /// <summary>Gets whether it runs without being named. The default is true.</summary>
    bool IsInSummary => true;

    /// <summary>Measures.</summary>
    /// <param name="threadCount">The threads that Torch is set to.</param>
    IEnumerable<Figure> Run(int threadCount);
}
