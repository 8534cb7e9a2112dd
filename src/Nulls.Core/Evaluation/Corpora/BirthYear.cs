namespace Nulls.Evaluation.Corpora;

/// <summary>The year that a person was born in, as an article states it.</summary>
/// <param name="ArticleId">The article's number.</param>
/// <param name="Title">Its title: the person.</param>
/// <param name="FullName">The name that the article begins with.</param>
/// <param name="Cloze">The article's text up to where the year follows.</param>
/// <param name="Question">A question for the year, in words that the article does not use.</param>
/// <param name="Year">The year, four digits.</param>
public sealed record BirthYear(int ArticleId, string Title, string FullName, string Cloze, string Question, string Year);
