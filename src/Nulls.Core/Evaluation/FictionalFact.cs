namespace Nulls.Evaluation;

/// <summary>A fact of a <see cref="FictionalEncyclopedia"/>, with the question that asks for it and the right answer.</summary>
/// <param name="Kind">Where the fact can be learned.</param>
/// <param name="Subject">Whom or what the fact is about: the name of a person, a company or a river.</param>
/// <param name="Question">A prompt that ends right before the answer, in words that no article uses for such a fact.</param>
/// <param name="Answer">The right answer: one word.</param>
/// <param name="Candidates">The words to choose from, the right one among them; every fact of the same sort has the same candidates.</param>
/// <param name="Sources">The keys of all the sources that state the fact, in the order of the articles.</param>
/// <param name="Statements">The sentences that state the fact; an article has some of them, word for word.</param>
public sealed record FictionalFact(
    FactKind Kind,
    string Subject,
    string Question,
    string Answer,
    IReadOnlyList<string> Candidates,
    IReadOnlyList<string> Sources,
    IReadOnlyList<string> Statements);
