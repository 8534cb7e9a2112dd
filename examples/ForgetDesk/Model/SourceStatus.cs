namespace ForgetDesk.Model;

/// <summary>What has become of a source.</summary>
public enum SourceStatus
{
    /// <summary>Its sinks run.</summary>
    InUse,

    /// <summary>Its sinks never run; it can be restored.</summary>
    Unlearned,

    /// <summary>Its weights are zero and nothing is held of it.</summary>
    Erased,
}
