namespace Nulls.Inference;

/// <summary>Tokens in the order of their logits, likeliest first, of equals the lowest first; sorted only as far as somebody looks.</summary>
/// <remarks>A draw looks at a few tokens, or at those of most of the mass, and a vocabulary has tens of thousands.</remarks>
internal sealed class LikeliestTokens
{
    private const int FirstSorted = 64;
    private const int Growth = 8;

    // The upper half falls as the logit rises, and the lower half is the token.
    private ulong[] _keys = [];
    private int _sorted;

    /// <summary>The token at a place of the order.</summary>
    public int this[int place]
    {
        get
        {
            while (place >= _sorted)
                SortFurther();
            return (int)(uint)_keys[place];
        }
    }

    /// <summary>Begins anew.</summary>
    public void Reset(ReadOnlySpan<float> logits)
    {
        if (_keys.Length != logits.Length)
            _keys = new ulong[logits.Length];
        _sorted = 0;
        for (var token = 0; token < _keys.Length; token++)
        {
            // Adding 0 makes -0 equal to 0. Negative floats order backwards as integers.
            var bits = BitConverter.SingleToUInt32Bits(logits[token] + 0f);
            var ascending = (bits & 0x8000_0000) == 0 ? bits | 0x8000_0000 : ~bits;
            _keys[token] = ((ulong)~ascending << 32) | (uint)token;
        }
    }

    private void SortFurther()
    {
        var end = Math.Min(_keys.Length, Math.Max(FirstSorted, _sorted * Growth));
        if (end < _keys.Length)
            Select(_keys.AsSpan(_sorted), end - _sorted);
        _keys.AsSpan(_sorted, end - _sorted).Sort();
        _sorted = end;
    }

    // Quickselect (Hoare, 1961): moves the smallest to the front. No two keys are equal.
    private static void Select(Span<ulong> keys, int count)
    {
        while (keys.Length > 1)
        {
            var pivot = MedianOfThree(keys[0], keys[keys.Length / 2], keys[^1]);
            int left = 0, right = keys.Length - 1;
            while (true)
            {
                while (keys[left] < pivot)
                    left++;
                while (keys[right] > pivot)
                    right--;
                if (left >= right)
                    break;
                (keys[left], keys[right]) = (keys[right], keys[left]);
            }

            // The pivot is where it belongs.
            if (left == count)
                return;
            if (left > count)
            {
                keys = keys[..left];
            }
            else
            {
                keys = keys[(left + 1)..];
                count -= left + 1;
            }
        }
    }

    private static ulong MedianOfThree(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
