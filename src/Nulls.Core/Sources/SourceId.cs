namespace Nulls.Sources;

/// <summary>STUB. The 64-bit keyed hash of a source's key.</summary>
public readonly record struct SourceId(ulong Value);
