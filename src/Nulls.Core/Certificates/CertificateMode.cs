namespace Nulls.Certificates;

/// <summary>What was done, as a certificate says it.</summary>
public enum CertificateMode
{
    /// <summary>The sources' sinks never run. The weights are still in the file, and whoever holds it can restore them.</summary>
    Disable,

    /// <summary>The sources' sinks are zero in the new weights, and their ids are not in the new registry.</summary>
    Erase,

    /// <summary>The new model is made of the backbone and chosen other sources alone.</summary>
    Compact,
}
