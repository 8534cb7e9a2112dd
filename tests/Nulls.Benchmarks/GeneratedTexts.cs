using System.Text;

namespace Nulls.Benchmarks;

/// <summary>Texts like short articles: 40 to 140 words, four of five drawn by Zipf's law from a million, the fifth from the 500 of the source's subject.</summary>
internal sealed class GeneratedTexts
{
    private const int Words = 1_000_000;
    private const int SubjectWords = 500;
    private const int MostWords = 140;

    private readonly StringBuilder _text = new();
    private readonly int[] _words = new int[MostWords];

    /// <summary>Writes the text of a source; always the same. Valid until the next.</summary>
    public ReadOnlySpan<int> WordsOf(int source)
    {
        var random = new Random(source);
        var count = random.Next(40, MostWords);
        var subject = random.Next(Words / SubjectWords) * SubjectWords;
        for (var i = 0; i < count; i++)
            _words[i] = random.Next(5) == 0 ? subject + random.Next(SubjectWords) : (int)Math.Exp(random.NextDouble() * Math.Log(Words));
        return _words.AsSpan(0, count);
    }

    public string Spell(ReadOnlySpan<int> words)
    {
        _text.Clear();
        foreach (var word in words)
            _text.Append('w').Append(word).Append(' ');
        return _text.ToString();
    }
}
