namespace Nulls.Text;

/// <summary>What the model reads as one sequence: all of a document or a part of it.</summary>
/// <param name="Inputs">The tokens that the model reads, in order.</param>
/// <param name="Targets">The token that follows each input; as many.</param>
/// <param name="SourceIndex">The index of the source that contributed the document; -1 when it has none.</param>
/// <param name="AreSinksOff">Whether the source's sinks are off this time. The default is false.</param>
internal readonly record struct TokenPiece(ReadOnlyMemory<int> Inputs, ReadOnlyMemory<int> Targets, int SourceIndex, bool AreSinksOff = false);
