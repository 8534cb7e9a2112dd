using Microsoft.ML;

namespace Nulls.MLNet.Tests.Support;

/// <summary>The model calls that a context logs: how many, and for what.</summary>
internal sealed class ModelCalls
{
    private readonly List<string> _lines = [];

    public ModelCalls(MLContext ml) => ml.Log += (_, log) =>
    {
        if (log.RawMessage.StartsWith("One model call", StringComparison.Ordinal))
        {
            lock (_lines)
                _lines.Add(log.RawMessage);
        }
    };

    public int Count => Lines.Count;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }
}
