using Nulls.Inference;

namespace Nulls.Certificates;

/// <summary>The texts that the tests of a certificate read. None of them enters the certificate.</summary>
public sealed record CertificateTexts
{
    /// <summary>Gets the texts of the unlearned sources, each with its source's key, as trained.</summary>
    public required IReadOnlyList<ScoringRequest> Forgotten { get; init; }

    /// <summary>Gets texts like them that no model was trained on: what was forgotten should look to the model as these do. The default is none, which leaves out tests that compare.</summary>
    public IReadOnlyList<string> Unseen { get; init; } = [];

    /// <summary>Gets texts of sources that stay, each with its source's key. The default is none, which leaves out what others lost.</summary>
    public IReadOnlyList<ScoringRequest> Survivors { get; init; } = [];
}
