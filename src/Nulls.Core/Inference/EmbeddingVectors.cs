using System.Numerics;
using System.Numerics.Tensors;
using Nulls.Sources;

namespace Nulls.Inference;

/// <summary>Directions in 8 bits a dimension, each of a source, and an exhaustive search among them.</summary>
/// <remarks>A component is rounded to 1/127 of the largest of its vector, which moves a cosine by some thousandths. Adding is for one thread; searching for any number, once all are added.</remarks>
/// <param name="dimensions">The length of every vector.</param>
internal sealed class EmbeddingVectors(int dimensions)
{
    // A block stays in a core's cache while every question is compared with it.
    private const int VectorsPerBlock = 1_024;
    private const int Largest = 127;

    private readonly List<Block> _blocks = [];

    public int Dimensions => dimensions;

    public int Count { get; private set; }

    /// <summary>Gets the ids, in order; a source may have several vectors.</summary>
    public IEnumerable<SourceId> Ids => Enumerable.Range(0, Count).Select(i => new SourceId(_blocks[i / VectorsPerBlock].Ids[i % VectorsPerBlock]));

    /// <summary>Adds a vector of any length but 0.</summary>
    public void Add(SourceId source, ReadOnlySpan<float> vector)
    {
        var components = new sbyte[dimensions];
        Add(source, Quantise(vector, components), components);
    }

    /// <summary>Adds what <see cref="Read"/> gave.</summary>
    public void Add(SourceId source, float scale, ReadOnlySpan<sbyte> components)
    {
        var place = Count % VectorsPerBlock;
        if (place == 0)
            _blocks.Add(new Block(dimensions));
        _blocks[^1].Ids[place] = source.Value;
        _blocks[^1].Scales[place] = scale;
        components.CopyTo(_blocks[^1].Components.AsSpan(place * dimensions));
        Count++;
    }

    /// <summary>Gets a vector as it is kept: its source, the length of a step, and its components in steps.</summary>
    public (SourceId Source, float Scale, ReadOnlyMemory<sbyte> Components) Read(int number)
    {
        var (block, place) = (_blocks[number / VectorsPerBlock], number % VectorsPerBlock);
        return (new SourceId(block.Ids[place]), block.Scales[place], block.Components.AsMemory(place * dimensions, dimensions));
    }

    /// <summary>Finds, for each question, the sources with the greatest cosines, each once.</summary>
    public IReadOnlyList<RoutedSource>[] Nearest(IReadOnlyList<ReadOnlyMemory<float>> questions, int count, Func<SourceId, bool> isAdmissible, CancellationToken cancellationToken)
    {
        var components = new sbyte[questions.Count][];
        var scales = new float[questions.Count];
        for (var q = 0; q < components.Length; q++)
            scales[q] = Quantise(questions[q].Span, components[q] = new sbyte[dimensions]);

        var best = questions.Select(_ => new List<RoutedSource>()).ToArray();
        for (var b = 0; b < _blocks.Count; b++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = _blocks[b];
            var inBlock = Math.Min(VectorsPerBlock, Count - (b * VectorsPerBlock));
            for (var q = 0; q < components.Length; q++)
            {
                for (var place = 0; place < inBlock; place++)
                {
                    var score = scales[q] * block.Scales[place] * Dot(components[q], block.Components.AsSpan(place * dimensions, dimensions));
                    if (best[q].Count < count || score > best[q][^1].Score)
                        Offer(best[q], new RoutedSource(new SourceId(block.Ids[place]), score), count, isAdmissible);
                }
            }
        }

        return best;
    }

    private static void Offer(List<RoutedSource> best, RoutedSource offered, int count, Func<SourceId, bool> isAdmissible)
    {
        var known = best.FindIndex(found => found.Source == offered.Source);
        if (known >= 0 ? best[known].Score >= offered.Score : !isAdmissible(offered.Source))
            return;

        if (known >= 0)
            best.RemoveAt(known);
        // Behind those of the same score, so that the first vector wins.
        var place = best.FindIndex(found => found.Score < offered.Score);
        best.Insert(place < 0 ? best.Count : place, offered);
        if (best.Count > count)
            best.RemoveAt(count);
    }

    private static int Dot(ReadOnlySpan<sbyte> x, ReadOnlySpan<sbyte> y)
    {
        var sum = Vector<int>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector<sbyte>.Count; i += Vector<sbyte>.Count)
        {
            Vector.Widen(new Vector<sbyte>(x[i..]), out var lowX, out var highX);
            Vector.Widen(new Vector<sbyte>(y[i..]), out var lowY, out var highY);
            // Two products of at most 127² fit 16 bits together.
            Vector.Widen((lowX * lowY) + (highX * highY), out var low, out var high);
            sum += low + high;
        }

        var total = Vector.Sum(sum);
        for (; i < x.Length; i++)
            total += x[i] * y[i];
        return total;
    }

    // The length of a step, of a vector made 1 long.
    private static float Quantise(ReadOnlySpan<float> vector, Span<sbyte> components)
    {
        var norm = TensorPrimitives.Norm(vector);
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude(vector));
        for (var d = 0; d < vector.Length; d++)
            components[d] = (sbyte)MathF.Round(vector[d] / largest * Largest);
        return largest / norm / Largest;
    }

    private sealed class Block(int dimensions)
    {
        public ulong[] Ids { get; } = new ulong[VectorsPerBlock];

        public float[] Scales { get; } = new float[VectorsPerBlock];

        public sbyte[] Components { get; } = new sbyte[VectorsPerBlock * dimensions];
    }
}
