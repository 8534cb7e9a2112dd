using Nulls.Sources;

namespace Nulls.Inference;

/// <summary>A text that is routed already, and is continued by that route as its pieces are asked for.</summary>
/// <param name="sinkSources">The sources whose sinks run.</param>
/// <param name="text">The text of the new tokens.</param>
/// <param name="pieces">The pieces of it; enumerated once.</param>
internal sealed class StreamedCompletion(IReadOnlyList<SourceId> sinkSources, CompletionText text, IEnumerable<string> pieces)
{
    /// <summary>Gets the sources whose sinks run, also where results do not name them.</summary>
    public IReadOnlyList<SourceId> SinkSources => sinkSources;

    /// <summary>Gets the pieces, none empty; to be enumerated once.</summary>
    public IEnumerable<string> Pieces => pieces;

    /// <summary>Gets the number of new tokens so far, without the one that ends a text.</summary>
    public int TokenCount => text.TokenCount;

    /// <summary>Gets whether the text has ended by itself: by the token that ends a text, or by a stop string.</summary>
    public bool IsEnded => text.IsEnded;
}
