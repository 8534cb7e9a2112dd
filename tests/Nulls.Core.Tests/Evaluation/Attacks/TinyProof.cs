using Nulls.Evaluation;
using Nulls.Evaluation.Corpora;
using Nulls.Text;

namespace Nulls.Tests.Evaluation.Attacks;

/// <summary>Questions for what the sources of <see cref="TinyBundle"/> say: which animal sleeps in each book.</summary>
internal static class TinyProof
{
    private static readonly string[] Animals = [.. TinyBundle.Keys.Select((_, i) => TinyBundle.Text(i).Split(' ')[4])];

    public static IReadOnlyList<ProofProbe> Probes { get; } = [.. TinyBundle.Keys.Select((key, i) =>
        new ProofProbe(FactKind.Unique, $"In book {i} the", Animals[i], [.. Animals.Where(animal => animal != Animals[i])], [key])
        {
            Paraphrases = [$"The animal in book {i} is the", $"In book {i} sleeps the"],
            IndirectPrompts = i < 4 ? [$"Under the table of the {Animals[^(i + 1)]} sleeps the"] : [],
        })];

    public static IReadOnlyList<Document> Documents { get; } = [.. TinyBundle.Keys.Select((key, i) => new Document(TinyBundle.Text(i), key))];
}
