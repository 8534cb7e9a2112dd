using Microsoft.ML;
using Nulls.Evaluation.Suite;

namespace Nulls.MLNet;

/// <summary>What a proof trains, asks and attacks.</summary>
/// <remarks>Immutable.</remarks>
public sealed record NullsProofOptions
{
    /// <summary>Gets the columns of the corpus and how the NULLs model is trained; every other system follows from it.</summary>
    /// <remarks>Its seed, work folder, routing and output columns are not used: a proof trains from several seeds, in a folder of its own, and asks with every routing. Its cancellation token and device are.</remarks>
    public NullsOptions Nulls { get; init; } = new();

    /// <summary>Gets the columns of the facts.</summary>
    public NullsEvaluationOptions Facts { get; init; } = new();

    /// <summary>Gets how much is run, from which seeds and in which folder. Its <see cref="ProofOptions.Bundle"/> and <see cref="ProofOptions.ForgetSet"/> are not used: <see cref="Nulls"/> and the sources to forget take their place.</summary>
    public ProofOptions Proof { get; init; } = new();

    /// <summary>Gets what the report calls the corpus. The default is <c>corpus</c>.</summary>
    public string CorpusName { get; init; } = "corpus";

    /// <summary>Gets texts like those of the corpus that no model is trained on, with its columns: with a source the non-members of membership inference, without one what general loss is measured on. The default, null, has none, and the report says what it could not measure.</summary>
    public IDataView? HeldOut { get; init; }

    /// <summary>Gets whether every sentence of a document stands alone, so that training may draw their order anew each pass. The default is false.</summary>
    public bool HasIndependentSentences { get; init; }

    /// <summary>Gets who is told where the proof stands. The default is nobody; the lines on <c>MLContext.Log</c> appear in any case.</summary>
    public IProgress<ProofProgress>? Progress { get; init; }
}
