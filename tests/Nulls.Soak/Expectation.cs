namespace Nulls.Soak;

/// <summary>What an answer for a source must show.</summary>
internal enum Expectation
{
    /// <summary>That the source is in use, and no order about it has begun.</summary>
    Known,

    /// <summary>Anything: an order about it was under way while it was computed.</summary>
    Either,

    /// <summary>Nothing of the source: a deletion was acknowledged before the answer was there.</summary>
    Forgotten,
}
