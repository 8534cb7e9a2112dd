namespace Nulls.Tests.Support;

/// <summary>Tests that watch the memory of the process: no other runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
