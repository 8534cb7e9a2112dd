namespace Nulls.Sinks;

/// <summary>STUB.</summary>
public sealed class SinkSet
{
    public ReadOnlySpan<int> Indices => throw new NotImplementedException();
    public int Count => throw new NotImplementedException();
}
