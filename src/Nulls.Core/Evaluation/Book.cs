namespace Nulls.Evaluation;

/// <summary>A book as plain text: the topic case takes one author's books as one source among others'.</summary>
/// <param name="Author">Who wrote it, the name that the index has.</param>
/// <param name="Title">Its title.</param>
/// <param name="Text">All of it.</param>
public sealed record Book(string Author, string Title, string Text);
