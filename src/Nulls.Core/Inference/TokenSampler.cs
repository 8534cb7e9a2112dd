using System.Runtime.InteropServices;

namespace Nulls.Inference;

/// <summary>Picks the next token, and is the stream of random numbers of one text.</summary>
internal sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly LikeliestTokens _tokens = new();
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

        _tokens.Reset(logits);
        var top = logits[_tokens[0]];
        var (count, mass) = Drawable(logits, top);
        var draw = NextUniform() * mass;
        for (var i = 0; i < count; i++)
        {
            draw -= Weight(logits[_tokens[i]], top);
            if (draw < 0)
                return _tokens[i];
        }

        return _tokens[count - 1];
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

    // How many of the likeliest tokens may be drawn, and the sum of their weights.
    private (int Count, double Mass) Drawable(ReadOnlySpan<float> logits, float top)
    {
        var most = _options.TopK > 0 ? Math.Min(_options.TopK, logits.Length) : logits.Length;
        var mass = 0.0;
        if (most == logits.Length)
        {
            foreach (var logit in logits)
                mass += Weight(logit, top);
        }
        else
        {
            for (var i = 0; i < most; i++)
                mass += Weight(logits[_tokens[i]], top);
        }

        if (_options is { TopP: 1, MinP: 0 })
            return (most, mass);

        var count = 0;
        var covered = 0.0;
        for (; count < most && (count == 0 || covered < _options.TopP * mass); count++)
        {
            var weight = Weight(logits[_tokens[count]], top);
            if (weight < _options.MinP)
                break;
            covered += weight;
        }

        return (count, covered);
    }

    // In proportion to the probability; that of the likeliest is 1. A difference of logits, so that small temperatures do not overflow.
    private double Weight(double logit, double top) => Math.Exp((logit - top) / _options.Temperature);

    // SplitMix64 (Steele, Lea and Flood, 2014).
    private double NextUniform()
    {
        _state += 0x9e3779b97f4a7c15;
        var mixed = (_state ^ (_state >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
