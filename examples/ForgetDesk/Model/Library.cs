using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Nulls.Evaluation;

namespace ForgetDesk.Model;

/// <summary>The articles that the desk's model learned, and questions about them. What is erased is taken out. Thread-safe.</summary>
public sealed class Library
{
    private readonly ConcurrentDictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);

    public Library(IOptions<DeskOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (sourceCount, generalCount, _) = Recipes.Of(options.Value.Size, options.Value.Seed);
        var encyclopedia = FictionalEncyclopedia.Create(sourceCount, generalCount, options.Value.Seed);
        var questions = encyclopedia.Facts.Where(fact => fact.Kind == FactKind.Unique).ToLookup(fact => fact.Sources[0]);
        foreach (var article in encyclopedia.Articles)
            _shelves[article.Source!] = new Shelf(article.Text, [.. questions[article.Source!]]); // Each has a source.
    }

    /// <summary>Gives an article's text, or null when there is none.</summary>
    public string? TextOf(string key) => _shelves.GetValueOrDefault(key)?.Text;

    /// <summary>Gives what only this article states, as questions with their answers.</summary>
    public IReadOnlyList<FictionalFact> FactsOf(string key) => _shelves.GetValueOrDefault(key)?.Facts ?? [];

    /// <summary>Forgets the articles of these sources.</summary>
    public void Remove(Func<string, bool> isGone)
    {
        foreach (var key in _shelves.Keys.Where(isGone))
            _shelves.TryRemove(key, out _);
    }

    private sealed record Shelf(string Text, IReadOnlyList<FictionalFact> Facts);
}
