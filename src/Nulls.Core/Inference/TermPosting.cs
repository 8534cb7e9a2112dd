namespace Nulls.Inference;

/// <summary>That a source uses a term, and how often; or how many sources of a segment use it without being listed. 8 bytes that sort by source.</summary>
internal readonly record struct TermPosting(ulong Bits)
{
    private const ulong DroppedSource = 0xffffffff;

    public TermPosting(int source, int count)
        : this((ulong)(uint)source << 32 | (uint)count)
    {
    }

    public int Source => (int)(Bits >> 32);

    public int Count => (int)(uint)Bits;

    public bool IsDropped => Bits >> 32 == DroppedSource;

    public static TermPosting Dropped(int sourceCount) => new(DroppedSource << 32 | (uint)sourceCount);
}
