using Nulls.Inference;

namespace Nulls.Soak;

/// <summary>A question whose answer tells whether its source's sinks ran.</summary>
/// <param name="Source">The key of the one source that states the fact.</param>
/// <param name="Prompt">Ends right before the answer.</param>
/// <param name="Answer">The right answer: completed with the sinks, and not by the backbone.</param>
/// <param name="OwnScore">The mean log-probability of the answer's tokens with the source's sinks, in nats.</param>
/// <param name="BackboneScore">The same without sinks; at least 1 lower.</param>
internal sealed record KnownQuestion(string Source, string Prompt, string Answer, float OwnScore, float BackboneScore)
{
    /// <summary>Gets the request that scores the answer.</summary>
    public ScoringRequest ToScore => new(" " + Answer, Source, Prompt);

    /// <summary>Gets the request that asks for the answer.</summary>
    public ScoringRequest ToComplete => new(Prompt, Source);

    /// <summary>Tells from a score whether the model knew the fact: it lies nearer to the one with sinks.</summary>
    public bool IsKnownAt(float score) => score > (OwnScore + BackboneScore) / 2;

    /// <summary>Tells from a completion whether the model knew the fact.</summary>
    public bool IsKnownIn(string completion) => EncyclopediaModel.IsAnswer(completion, Answer);
}
