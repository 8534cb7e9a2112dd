namespace Nulls.Inference;

/// <summary>How the predictions of several gates are weighted.</summary>
internal enum GateMixing
{
    /// <summary>By the likelihood that each gave to all tokens so far, from equal weights on.</summary>
    WholeText,

    /// <summary>By the likelihood that each gave to the last tokens: weights return to the backbone, which is the last gate, token by token.</summary>
    TokenByToken,
}
