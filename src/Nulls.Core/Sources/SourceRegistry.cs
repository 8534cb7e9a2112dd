namespace Nulls.Sources;

/// <summary>STUB.</summary>
public sealed class SourceRegistry
{
    public SourceRegistry(bool keepKeys = false, ReadOnlySpan<byte> salt = default) { }
    public int Count => throw new NotImplementedException();
    public bool KeepsKeys => throw new NotImplementedException();
    public int GetOrAdd(string key) => throw new NotImplementedException();
    public bool TryGetIndex(string key, out int index) => throw new NotImplementedException();
    public SourceId GetId(int index) => throw new NotImplementedException();
    public string GetKey(int index) => throw new NotImplementedException();
    public void Save(Stream stream, Func<int, bool>? withholdKey = null) => throw new NotImplementedException();
    public static SourceRegistry Load(Stream stream) => throw new NotImplementedException();
}
