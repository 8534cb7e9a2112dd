using Nulls.Inference;

namespace ForgetDesk.Model;

/// <summary>How the model goes on from a question.</summary>
/// <param name="Text">What it writes, up to the end of the sentence.</param>
/// <param name="Certainty">The geometric mean of the probabilities of the written tokens. From 0 to 1; 0 where nothing is written.</param>
/// <param name="State">Which sinks ran.</param>
/// <param name="Sources">The sources whose sinks ran; all are in use.</param>
public sealed record Answer(string Text, double Certainty, SinkState State, IReadOnlyList<SourceCard> Sources);
