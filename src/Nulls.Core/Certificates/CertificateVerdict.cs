namespace Nulls.Certificates;

/// <summary>What came of a test.</summary>
public enum CertificateVerdict
{
    /// <summary>The test was not run; its reason is given.</summary>
    NotRun,

    /// <summary>A number was measured, and there is no threshold to hold it against.</summary>
    Measured,

    /// <summary>All of the interval is within the threshold; where it allows none, or asks for all, what was looked at has none, or all.</summary>
    Passed,

    /// <summary>The interval reaches across the threshold: more texts are needed to tell.</summary>
    Inconclusive,

    /// <summary>All of the interval is beyond the threshold; where it allows none, or asks for all, one was found, or is missing.</summary>
    Failed,
}
