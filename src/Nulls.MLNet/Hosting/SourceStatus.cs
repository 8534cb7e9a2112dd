namespace Nulls.MLNet.Hosting;

/// <summary>How a served model stands to a source.</summary>
public enum SourceStatus
{
    /// <summary>The model was not trained on it, or holds nothing of it that a key could be compared with.</summary>
    Unknown,

    /// <summary>Its sinks run.</summary>
    InUse,

    /// <summary>Its sinks never run, and can be restored.</summary>
    Unlearned,

    /// <summary>Its weights are gone, or are ordered to be; it cannot be restored.</summary>
    Erased,
}
