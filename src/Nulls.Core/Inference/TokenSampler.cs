using System.Runtime.InteropServices;

namespace Nulls.Inference;

/// <summary>Picks the next token, and is the stream of random numbers of one text.</summary>
internal sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private ulong _state;

    /// <param name="options">How to pick.</param>
    /// <param name="start">The tokens that are continued; with the seed they choose the stream.</param>
    public TokenSampler(GenerationOptions options, ReadOnlySpan<int> start)
    {
        _options = options;
        _state = SipHash.Hash((ulong)options.Seed, 0, MemoryMarshal.AsBytes(start));
    }

    /// <summary>Picks a token.</summary>
    /// <param name="logits">The logits, or log-probabilities, of all tokens.</param>
    /// <returns>At temperature 0 the likeliest token, of equals the lowest.</returns>
    public int Pick(ReadOnlySpan<float> logits)
    {
        if (_options.Temperature == 0)
            return Likeliest(logits);

        var tokens = Drawable(logits, out var weights);
        var mass = 0.0;
        foreach (var weight in weights)
            mass += weight;

        var draw = NextUniform() * mass;
        for (var i = 0; i < tokens.Length; i++)
        {
            draw -= weights[i];
            if (draw < 0)
                return tokens[i];
        }

        return tokens[^1];
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var token = 1; token < logits.Length; token++)
        {
            if (logits[token] > logits[best])
                best = token;
        }

        return best;
    }

    // The tokens that may be drawn, likeliest first, and weights in proportion to their probabilities.
    private int[] Drawable(ReadOnlySpan<float> logits, out double[] weights)
    {
        var tokens = LikeliestFirst(logits);
        if (_options.TopK > 0 && _options.TopK < tokens.Length)
            tokens = tokens[.._options.TopK];

        weights = new double[tokens.Length];
        var mass = 0.0;
        for (var i = 0; i < tokens.Length; i++)
        {
            // The difference first: small temperatures must not overflow.
            weights[i] = Math.Exp(((double)logits[tokens[i]] - logits[tokens[0]]) / _options.Temperature);
            mass += weights[i];
        }

        var count = 0;
        for (var covered = 0.0; count < tokens.Length && (count == 0 || covered < _options.TopP * mass); count++)
            covered += weights[count];
        weights = weights[..count];
        return tokens[..count];
    }

    // Sorted as integers whose upper half falls as the logit rises and whose lower half is the token, so that equals come by token.
    private static int[] LikeliestFirst(ReadOnlySpan<float> logits)
    {
        var keys = new ulong[logits.Length];
        for (var token = 0; token < keys.Length; token++)
        {
            // Adding 0 makes -0 equal to 0. Negative floats order backwards as integers.
            var bits = BitConverter.SingleToUInt32Bits(logits[token] + 0f);
            var ascending = (bits & 0x8000_0000) == 0 ? bits | 0x8000_0000 : ~bits;
            keys[token] = ((ulong)~ascending << 32) | (uint)token;
        }

        Array.Sort(keys);
        return Array.ConvertAll(keys, key => (int)(uint)key);
    }

    // SplitMix64 (Steele, Lea and Flood, 2014).
    private double NextUniform()
    {
        _state += 0x9e3779b97f4a7c15;
        var mixed = (_state ^ (_state >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
