using System.Collections.Concurrent;
using Nulls.Evaluation;

namespace ForgetDesk.Model;

/// <summary>The articles that the desk's model learned, and questions about them. What is erased is taken out. Thread-safe.</summary>
public sealed class Library
{
    private readonly ConcurrentDictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);

    private Library()
    {
    }

    /// <summary>Takes the articles of an encyclopedia, but for those that are left out.</summary>
    public static Library Of(FictionalEncyclopedia encyclopedia, Func<string, bool> isLeftOut)
    {
        ArgumentNullException.ThrowIfNull(encyclopedia);
        var questions = encyclopedia.Facts.Where(fact => fact.Kind == FactKind.Unique).ToLookup(fact => fact.Sources[0]);
        var library = new Library();
        foreach (var article in encyclopedia.Articles)
        {
            // Every article of the encyclopedia has a source.
            if (!isLeftOut(article.Source!))
                library._shelves[article.Source!] = new Shelf(article.Text, [.. questions[article.Source!]]);
        }

        return library;
    }

    /// <summary>Gives an article's text, or null when there is none.</summary>
    public string? TextOf(string key) => _shelves.GetValueOrDefault(key)?.Text;

    /// <summary>Gives what only this article states, as questions with their answers.</summary>
    public IReadOnlyList<FictionalFact> FactsOf(string key) => _shelves.GetValueOrDefault(key)?.Facts ?? [];

    /// <summary>Forgets an article.</summary>
    public void Remove(string key) => _shelves.TryRemove(key, out _);

    private sealed record Shelf(string Text, IReadOnlyList<FictionalFact> Facts);
}
