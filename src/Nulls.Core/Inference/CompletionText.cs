using System.Text;
using Nulls.Text;

namespace Nulls.Inference;

/// <summary>The text of tokens that come one by one: whole characters only, and nothing that may be the beginning of a stop string.</summary>
/// <param name="tokenizer">Turns tokens into text.</param>
/// <param name="stopStrings">What ends the text, and is no part of it.</param>
internal sealed class CompletionText(BytePairTokenizer tokenizer, IReadOnlyList<string> stopStrings)
{
    // What a character whose last bytes are yet to come decodes to.
    private const char Incomplete = '\uFFFD';

    // Tokens since the last one that ended with a whole character, and how much of their text is in _pending.
    private readonly List<int> _tail = [];
    private int _decoded;
    private readonly StringBuilder _pending = new();
    private int _sure;
    private bool _isAtEndOfText;

    /// <summary>Gets whether a stop string came: the text is complete, and further tokens are ignored.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Gets whether the text is complete by itself: a stop string came, or the token that ends a text.</summary>
    public bool IsEnded => IsStopped || _isAtEndOfText;

    /// <summary>Gets the number of tokens that were added.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Notes that the token came that ends a text.</summary>
    public void End() => _isAtEndOfText = true;

    /// <summary>Adds a token.</summary>
    /// <returns>Whether a stop string has come.</returns>
    public bool Add(int token)
    {
        if (IsStopped)
            return true;

        TokenCount++;
        _tail.Add(token);
        var text = tokenizer.Decode([.. _tail]);
        // A character replaced in the middle is broken for good; only one at the end may yet become whole.
        var whole = text.EndsWith(Incomplete) ? text.Length - 1 : text.Length;
        Append(text.AsSpan(_decoded, whole - _decoded));
        _decoded = whole;
        if (whole == text.Length)
        {
            _tail.Clear();
            _decoded = 0;
        }

        return IsStopped;
    }

    /// <summary>Hands out the text that is certain and was not handed out before; may be empty.</summary>
    public string Take()
    {
        var piece = _pending.ToString(0, _sure);
        _pending.Remove(0, _sure);
        _sure = 0;
        return piece;
    }

    /// <summary>Hands out all that is left, when no more tokens come: a character that stayed incomplete as U+FFFD.</summary>
    public string TakeRest()
    {
        if (!IsStopped && _tail.Count > 0)
            Append(tokenizer.Decode([.. _tail]).AsSpan(_decoded));
        _tail.Clear();
        _decoded = 0;
        if (!IsStopped)
            _sure = _pending.Length;
        return Take();
    }

    private void Append(ReadOnlySpan<char> text)
    {
        _pending.Append(text);
        if (stopStrings.Count == 0)
        {
            _sure = _pending.Length;
            return;
        }

        var pending = _pending.ToString();
        // The one that is whole first, so that it does not matter where tokens end; of several that end together the longest.
        var stops = stopStrings.Select(stop => (Start: pending.IndexOf(stop, StringComparison.Ordinal), stop.Length)).Where(stop => stop.Start >= 0).ToArray();
        IsStopped = stops.Length > 0;
        _sure = IsStopped
            ? stops.OrderBy(stop => stop.Start + stop.Length).ThenByDescending(stop => stop.Length).First().Start
            : pending.Length - stopStrings.Max(stop => Overlap(pending, stop));
    }

    // The longest end of the text that begins the stop string.
    private static int Overlap(string text, string stop)
    {
        for (var length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                return length;
        }

        return 0;
    }
}
