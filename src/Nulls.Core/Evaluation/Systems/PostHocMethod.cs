namespace Nulls.Evaluation.Systems;

/// <summary>A published method that trains a finished model to forget.</summary>
internal enum PostHocMethod
{
    /// <summary>Up the loss of the texts to forget (arXiv:2210.01504).</summary>
    GradientAscent,

    /// <summary>Up the loss of the texts to forget and down that of others (arXiv:2203.12817).</summary>
    GradientDifference,

    /// <summary>Negative preference optimisation, with the loss of other texts beside it (arXiv:2404.05868).</summary>
    Npo,

    /// <summary>Negative preference optimisation without a reference, by length, with the loss of other texts beside it (arXiv:2410.07163).</summary>
    SimNpo,

    /// <summary>Representation misdirection: the states of the texts to forget after one layer go to a random direction, others stay (arXiv:2403.03218).</summary>
    Rmu,
}
