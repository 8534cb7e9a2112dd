namespace Nulls.Training;

/// <summary>Where the gradients of a source's text go.</summary>
public enum Isolation
{
    /// <summary>To its sinks and to the backbone: the paper's joint learning (arXiv:2606.13873).</summary>
    Joint,

    /// <summary>To its sinks alone; only the general stream trains the backbone. Sources teach each other nothing.</summary>
    SinksOnly,
}
