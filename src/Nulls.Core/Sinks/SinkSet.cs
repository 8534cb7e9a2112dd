namespace Nulls.Sinks;

/// <summary>STUB.</summary>
public sealed class SinkSet
{
    public static SinkSet Empty { get; } = new();
    public ReadOnlySpan<int> Indices => [];
    public int Count => 0;
}
