using Nulls.Sinks;

namespace Nulls.Model;

/// <summary>The sizes of a NULLs model: a Llama-style decoder whose MLPs are a backbone and a pool of sinks (arXiv:2606.13873).</summary>
/// <remarks>Immutable; saved as <c>config.json</c>.</remarks>
public sealed record NullsConfig
{
    /// <summary>Gets the model of facts-sized corpora: 128 wide, 2 layers, 8 of 1,016 sinks a source. The default.</summary>
    public static NullsConfig Tiny { get; } = new();

    /// <summary>Gets a model for some thousand articles: 256 wide, 6 layers, 32 of 4,064 sinks a source.</summary>
    public static NullsConfig Small { get; } = new()
    {
        Width = 256, LayerCount = 6, HeadCount = 8, KeyValueHeadCount = 4, HeadSize = 32, BackboneWidth = 512,
        SinkPoolWidth = 32 * 127, SinksPerSource = 32, ContextLength = 256,
    };

    /// <summary>Gets the shape of SmolLM2-360M with the paper's sinks: 960 wide, 32 layers, 64 of 8,128 sinks a source.</summary>
    public static NullsConfig SmolLM360M { get; } = new()
    {
        Width = 960, LayerCount = 32, HeadCount = 15, KeyValueHeadCount = 5, HeadSize = 64, BackboneWidth = 2560,
        SinkPoolWidth = 64 * 127, SinksPerSource = 64, ContextLength = 2048, RopeBase = 100_000, TiedHead = true,
    };

    /// <summary>Gets the sizes of the paper's 1 B model, with a prime number of sinks in each of 100 groups.</summary>
    public static NullsConfig Paper1B { get; } = new()
    {
        Width = 960, LayerCount = 32, HeadCount = 15, KeyValueHeadCount = 5, HeadSize = 128, BackboneWidth = 500,
        SinkPoolWidth = 100 * 101, SinksPerSource = 100, ContextLength = 1024, RopeBase = 100_000, TiedHead = false,
    };

    /// <summary>Gets the number of tokens the model knows. 0, the default, takes the tokenizer's.</summary>
    public int VocabularySize { get; init; }

    /// <summary>Gets the width D of the residual stream. The default is 128.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Gets the number of decoder blocks. The default is 2.</summary>
    public int LayerCount { get; init; } = 2;

    /// <summary>Gets the number of query heads H. The default is 4.</summary>
    public int HeadCount { get; init; } = 4;

    /// <summary>Gets the number of key and value heads G; divides <see cref="HeadCount"/>. The default is 4.</summary>
    public int KeyValueHeadCount { get; init; } = 4;

    /// <summary>Gets the size K of a head; even, and independent of the width. The default is 32.</summary>
    public int HeadSize { get; init; } = 32;

    /// <summary>Gets the number of MLP neurons of each layer that are always on (N_gen). The default is 128.</summary>
    public int BackboneWidth { get; init; } = 128;

    /// <summary>Gets the number of sinks of each layer (N_pool). For <see cref="SinkAllocationKind.Coded"/> a prime times <see cref="SinksPerSource"/>. The default is 8 x 127 = 1,016.</summary>
    public int SinkPoolWidth { get; init; } = 8 * 127;

    /// <summary>Gets the number of sinks of a source in each layer (N_source). The default is 8.</summary>
    public int SinksPerSource { get; init; } = 8;

    /// <summary>Gets how sources are given their sinks. The default is <see cref="SinkAllocationKind.Coded"/>.</summary>
    public SinkAllocationKind Allocation { get; init; } = SinkAllocationKind.Coded;

    /// <summary>Gets t of the coded allocation: q^t sources, at most t - 1 shared sinks. 0, the default, takes the smallest from 2 that fits the corpus.</summary>
    /// <remarks>Ignored by the other allocations.</remarks>
    public int AllocationDegree { get; init; }

    /// <summary>Gets the seed of the hashed allocation. The default is 0.</summary>
    /// <remarks>Ignored by the other allocations.</remarks>
    public int AllocationSeed { get; init; }

    /// <summary>Gets the share of the pool that the published hash activates (p_mem). From 0 to 1; the default is 0.013.</summary>
    /// <remarks>Ignored unless <see cref="Allocation"/> is one of the published hashes, whose sources have varying numbers of sinks.</remarks>
    public double PublishedProbability { get; init; } = 0.013;

    /// <summary>Gets what the published hash adds to a source's index: the vocabulary size in the released model. The default is 0.</summary>
    /// <remarks>Ignored unless <see cref="Allocation"/> is one of the published hashes.</remarks>
    public long PublishedIdOffset { get; init; }

    /// <summary>Gets the most tokens that attend to each other; longer documents are split. The default is 128.</summary>
    public int ContextLength { get; init; } = 128;

    /// <summary>Gets the base of the rotary position embedding. The default is 10,000.</summary>
    public double RopeBase { get; init; } = 10_000;

    /// <summary>Gets what the norms add to the mean square. The default is 1e-5.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Gets whether the output head is the embedding. The default is true.</summary>
    public bool TiedHead { get; init; } = true;

    /// <summary>Checks every size that does not depend on a corpus.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside its range.</exception>
    /// <exception cref="ArgumentException">Sizes do not fit each other.</exception>
    public void Validate()
    {
        if (VocabularySize < 0)
            throw new ArgumentOutOfRangeException(nameof(VocabularySize), VocabularySize, "The vocabulary size must be 0 (take the tokenizer's) or positive.");
        RequirePositive(Width, nameof(Width));
        RequirePositive(LayerCount, nameof(LayerCount));
        RequirePositive(HeadCount, nameof(HeadCount));
        RequirePositive(KeyValueHeadCount, nameof(KeyValueHeadCount));
        RequirePositive(HeadSize, nameof(HeadSize));
        RequirePositive(BackboneWidth, nameof(BackboneWidth));
        RequirePositive(SinkPoolWidth, nameof(SinkPoolWidth));
        RequirePositive(SinksPerSource, nameof(SinksPerSource));
        if (ContextLength < 2)
            throw new ArgumentOutOfRangeException(nameof(ContextLength), ContextLength, "The context must hold at least 2 tokens.");
        if (!(RopeBase > 1 && double.IsFinite(RopeBase)))
            throw new ArgumentOutOfRangeException(nameof(RopeBase), RopeBase, "The rotary base must be a finite number above 1, usually 10,000 or 100,000.");
        if (!(NormEpsilon > 0 && double.IsFinite(NormEpsilon)))
            throw new ArgumentOutOfRangeException(nameof(NormEpsilon), NormEpsilon, "The norm's epsilon must be a finite number above 0, usually 1e-5.");
        if (HeadSize % 2 != 0)
            throw new ArgumentException($"The head size must be even, because rotary positions turn pairs; got HeadSize {HeadSize}.", nameof(HeadSize));
        if (HeadCount % KeyValueHeadCount != 0)
            throw new ArgumentException($"Key and value heads are shared by equal groups of query heads: HeadCount {HeadCount} must be a multiple of KeyValueHeadCount {KeyValueHeadCount}.", nameof(KeyValueHeadCount));

        // The allocation checks pool, sinks and degree; building one is cheap.
        _ = CreateAllocation();
    }

    /// <summary>Builds the rule that gives sources their sinks.</summary>
    /// <exception cref="ArgumentException">Pool, sinks and allocation do not fit each other.</exception>
    public SinkAllocation CreateAllocation() => Allocation switch
    {
        SinkAllocationKind.Coded => SinkAllocation.Coded(SinkPoolWidth, SinksPerSource, AllocationDegree == 0 ? Math.Min(2, SinksPerSource) : AllocationDegree),
        SinkAllocationKind.Hashed => SinkAllocation.Hashed(SinkPoolWidth, SinksPerSource, AllocationSeed),
        SinkAllocationKind.Exclusive => SinkAllocation.Exclusive(SinkPoolWidth, SinksPerSource),
        SinkAllocationKind.Published32 => SinkAllocation.Published(SinkPoolWidth, PublishedProbability, idBits: 32, PublishedIdOffset),
        SinkAllocationKind.Published64 => SinkAllocation.Published(SinkPoolWidth, PublishedProbability, idBits: 64, PublishedIdOffset),
        _ => throw new ArgumentOutOfRangeException(nameof(Allocation), Allocation, "The allocation must be one of Coded, Hashed, Exclusive, Published32 and Published64."),
    };

    /// <summary>Fixes what was left to the corpus: the vocabulary and the degree of the coded allocation.</summary>
    /// <param name="vocabularySize">The tokenizer's number of tokens.</param>
    /// <param name="sourceCount">The number of sources that the model is to hold.</param>
    /// <exception cref="ArgumentException">The vocabulary is smaller than the tokenizer's, or the pool holds fewer sources than the corpus has.</exception>
    internal NullsConfig Resolve(int vocabularySize, int sourceCount)
    {
        if (VocabularySize != 0 && VocabularySize < vocabularySize)
            throw new ArgumentException($"The model's vocabulary must hold every token: VocabularySize is {VocabularySize}, the tokenizer has {vocabularySize}. Set it to 0 to take the tokenizer's.", nameof(VocabularySize));

        var resolved = this with { VocabularySize = Math.Max(VocabularySize, vocabularySize) };
        if (Allocation == SinkAllocationKind.Coded && AllocationDegree == 0)
        {
            var degree = Math.Min(2, SinksPerSource);
            while (degree < SinksPerSource && SinkAllocation.Coded(SinkPoolWidth, SinksPerSource, degree).Capacity < sourceCount)
                degree++;
            resolved = resolved with { AllocationDegree = degree };
        }

        var allocation = resolved.CreateAllocation();
        if (allocation.Capacity < sourceCount)
        {
            throw new ArgumentException(
                $"The pool holds {allocation.Capacity:N0} sources ({allocation.Kind}, {SinkPoolWidth} sinks, {SinksPerSource} a source), but the corpus has {sourceCount:N0}. " +
                "Enlarge SinkPoolWidth, or choose the Coded allocation with a higher AllocationDegree.", nameof(SinkPoolWidth));
        }

        return resolved;
    }

    private static void RequirePositive(int value, string name)
    {
        if (value < 1)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 or more.");
    }
}
