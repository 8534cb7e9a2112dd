namespace Nulls.Model;

/// <summary>One document, or a piece of one, for the model: it sees nothing but itself, and its positions start at 0.</summary>
/// <param name="Tokens">The tokens to read.</param>
/// <param name="Gate">The sinks that run for every token.</param>
/// <param name="Targets">The token that follows each of <paramref name="Tokens"/>, or empty when none is asked for.</param>
internal readonly record struct TokenSequence(ReadOnlyMemory<int> Tokens, SinkGate Gate, ReadOnlyMemory<int> Targets = default);
