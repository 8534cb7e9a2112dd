using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nulls.Kernels;
using Nulls.Model;
using Tensor = TorchSharp.torch.Tensor;

namespace Nulls.Inference;

/// <summary>The decoder of a processor and few sequences: reads every weight once a token, as fast as memory gives it.</summary>
/// <remarks>
/// It computes what <see cref="NullsModel"/> does, with 32-bit sums, and does not round between products. A step is one piece of work of
/// a <see cref="ThreadTeam"/>: each thread computes some rows of every matrix, and all meet where one needs what others computed. So
/// the number of threads changes no bit.
/// </remarks>
/// <typeparam name="TElement">The type of matrices and cache.</typeparam>
internal sealed unsafe class ProcessorDecoder<TElement> : IDecoder
    where TElement : struct, IElement
{
    // The shares of threads are whole vectors.
    private const int Grain = 32;

    private readonly NullsModel _model;
    private readonly KeyValueCache _cache;
    private readonly SinkGate[] _gates;
    private readonly CompactSinks[] _sinks;
    private readonly SinkPointers[] _sinkPointers;
    private readonly LayerPointers[] _layers;
    private readonly byte* _head;
    private readonly float* _embedding, _norm, _cosine, _sine;
    private readonly ThreadTeam _team;
    private readonly NativeFloats _x_BD, _out_BD, _qkv_BA, _mixed_BA, _gate_BI, _up_BI, _sinkGate_BS, _sinkUp_BS, _logits_BV;
    private readonly NativeFloats[] _normed_BD, _scores_HC;
    private readonly int[] _lengths;
    private int[] _rows;
    private int[] _tokens = [];

    /// <param name="model">The model, on the processor.</param>
    /// <param name="weights">Its matrices, of the type that <typeparamref name="TElement"/> says.</param>
    /// <param name="gates">The gate of each row.</param>
    /// <param name="cache">What was read of each row, in the same type; the decoder counts on from there.</param>
    /// <param name="threadCount">The threads to compute on.</param>
    public ProcessorDecoder(NullsModel model, ComputeWeights weights, IReadOnlyList<SinkGate> gates, KeyValueCache cache, int threadCount)
    {
        var config = model.Config;
        var count = gates.Count;
        (_model, _cache) = (model, cache);
        _gates = [.. gates];
        _sinks = [.. gates.Select(gate => new CompactSinks(model, gate, weights.Type))];
        _rows = [.. Enumerable.Range(0, count)];
        _lengths = [.. cache.Lengths];
        _layers = [.. model.Layers.Select((layer, l) => new LayerPointers
        {
            AttentionNorm = (float*)PointerTo(layer.AttentionNorm.Weight),
            QueryKeyValue = PointerTo(weights.Of(layer.Attention.QueryKeyValue)),
            Out = PointerTo(weights.Of(layer.Attention.Out)),
            MlpNorm = (float*)PointerTo(layer.MlpNorm.Weight),
            GateUp = PointerTo(weights.Of(layer.Mlp.GateUp)),
            Down = PointerTo(weights.Of(layer.Mlp.Down)),
            Keys = PointerTo(cache.Keys[l]),
            Values = PointerTo(cache.Values[l]),
        })];
        _head = PointerTo(weights.Of(model.Head));
        _embedding = (float*)PointerTo(model.Embedding);
        _norm = (float*)PointerTo(model.Norm.Weight);
        _cosine = (float*)PointerTo(model.Rotary.Cosine);
        _sine = (float*)PointerTo(model.Rotary.Sine);
        _sinkPointers = [.. model.Layers.SelectMany((_, l) => _sinks.Select(sinks => sinks.Count == 0 ? default : new SinkPointers { GateUp = PointerTo(sinks.GateUp[l]), Down = PointerTo(sinks.Down[l]) }))];

        var sinkCount = _sinks.Max(sinks => sinks.PaddedCount);
        int H = config.HeadCount, G = config.KeyValueHeadCount, K = config.HeadSize;
        _x_BD = new(count, config.Width);
        _out_BD = new(count, config.Width);
        _qkv_BA = new(count, (H + (2 * G)) * K);
        _mixed_BA = new(count, H * K);
        _gate_BI = new(count, config.BackboneWidth);
        _up_BI = new(count, config.BackboneWidth);
        _sinkGate_BS = new(count, sinkCount);
        _sinkUp_BS = new(count, sinkCount);
        _logits_BV = new(count, config.VocabularySize);
        _normed_BD = [.. Enumerable.Range(0, threadCount).Select(_ => new NativeFloats(count, config.Width))];
        _scores_HC = [.. Enumerable.Range(0, threadCount).Select(_ => new NativeFloats(H / G, cache.Capacity))];
        _team = new ThreadTeam(threadCount);
    }

    public void Read(ReadOnlySpan<int> tokens)
    {
        _tokens = tokens.ToArray();
        _team.Run(Step);
        foreach (var row in _rows)
            _lengths[row]++;
    }

    public ReadOnlySpan<float> Logits(int row) => new(_logits_BV.Row(row), _model.Config.VocabularySize);

    public void Keep(IReadOnlyList<int> rows) => _rows = [.. rows.Select(row => _rows[row])];

    public void Dispose()
    {
        _team.Dispose();
        foreach (var owned in (IEnumerable<IDisposable>)[.. _sinks, .. _normed_BD, .. _scores_HC, _x_BD, _out_BD, _qkv_BA, _mixed_BA, _gate_BI, _up_BI, _sinkGate_BS, _sinkUp_BS, _logits_BV])
            owned.Dispose();
    }

    // All threads run this at once. What a thread writes, others read only behind the next meeting.
    private void Step(int thread)
    {
        var config = _model.Config;
        int D = config.Width, attended = config.HeadCount * config.HeadSize;
        var normed = _normed_BD[thread];
        if (thread == 0)
            Embed();
        _team.Meet();
        for (var l = 0; l < _layers.Length; l++)
        {
            ref var layer = ref _layers[l];
            Normalise(layer.AttentionNorm, normed);
            Multiply(layer.QueryKeyValue, D, Share(thread, attended + (2 * config.KeyValueHeadCount * config.HeadSize)), normed, _qkv_BA);
            _team.Meet();
            for (var pair = thread; pair < _rows.Length * config.KeyValueHeadCount; pair += _team.Count)
                Attend(layer, pair / config.KeyValueHeadCount, pair % config.KeyValueHeadCount, _scores_HC[thread]);
            _team.Meet();
            Multiply(layer.Out, attended, Share(thread, D), _mixed_BA, _out_BD);
            AddToStream(Share(thread, D));
            _team.Meet();
            Normalise(layer.MlpNorm, normed);
            ComputeHidden(layer, l, thread, normed);
            _team.Meet();
            Multiply(layer.Down, config.BackboneWidth, Share(thread, D), _gate_BI, _out_BD);
            AddToStream(Share(thread, D));
            AddSinks(l, Share(thread, D));
            _team.Meet();
        }

        Normalise(_norm, normed);
        Multiply(_head, D, Share(thread, config.VocabularySize), normed, _logits_BV);
    }

    private void Embed()
    {
        var D = _model.Config.Width;
        for (var b = 0; b < _rows.Length; b++)
            new ReadOnlySpan<float>(_embedding + ((nint)_tokens[b] * D), D).CopyTo(new(_x_BD.Row(b), D));
    }

    // Each thread for itself: cheaper than to meet once more.
    private void Normalise(float* weight, NativeFloats normed)
    {
        var D = _model.Config.Width;
        for (var b = 0; b < _rows.Length; b++)
        {
            var x = new ReadOnlySpan<float>(_x_BD.Row(b), D);
            var y = new Span<float>(normed.Row(b), D);
            var meanSquare = TensorPrimitives.SumOfSquares(x) / D;
            TensorPrimitives.Multiply(x, 1 / MathF.Sqrt(meanSquare + (float)_model.Config.NormEpsilon), y);
            TensorPrimitives.Multiply(y, new ReadOnlySpan<float>(weight, D), y);
        }
    }

    private void Multiply(byte* matrix, int length, (int From, int To) rows, NativeFloats x, NativeFloats y) =>
        RowProducts<TElement>.Multiply(matrix, length, rows.From, rows.To, x.First, _rows.Length, x.Stride, y.First, y.Stride);

    private void AddToStream((int From, int To) share)
    {
        for (var b = 0; b < _rows.Length; b++)
        {
            var x = new Span<float>(_x_BD.Row(b) + share.From, share.To - share.From);
            TensorPrimitives.Add(x, new ReadOnlySpan<float>(_out_BD.Row(b) + share.From, x.Length), x);
        }
    }

    // One key and value head of one row, and the query heads that read it.
    private void Attend(in LayerPointers layer, int b, int g, NativeFloats scores)
    {
        var config = _model.Config;
        int H = config.HeadCount, G = config.KeyValueHeadCount, K = config.HeadSize, queryCount = H / G, position = _lengths[_rows[b]];
        var first = ((nint)_rows[b] * G + g) * _cache.Capacity * K * TElement.Size;
        byte* firstKey = layer.Keys + first, firstValue = layer.Values + first;
        var heads = _qkv_BA.Row(b);
        float* queries = heads + (g * queryCount * K), key = heads + ((H + g) * K), value = heads + ((H + G + g) * K);
        Rotate(key, position);
        var newest = (nint)position * K * TElement.Size;
        for (var k = 0; k < K; k += 16)
        {
            TElement.Store(firstKey + newest, k, K - k, Float32Element.Load((byte*)key, k, K - k));
            TElement.Store(firstValue + newest, k, K - k, Float32Element.Load((byte*)value, k, K - k));
        }

        var scale = 1 / MathF.Sqrt(K);
        for (var q = 0; q < queryCount; q++)
        {
            var query = new Span<float>(queries + (q * K), K);
            Rotate(queries + (q * K), position);
            TensorPrimitives.Multiply(query, scale, query);
        }

        RowProducts<TElement>.Multiply(firstKey, K, 0, position + 1, queries, queryCount, K, scores.First, scores.Stride);
        for (var q = 0; q < queryCount; q++)
        {
            var weights = new Span<float>(scores.Row(q), position + 1);
            SoftMax(weights);
            RowProducts<TElement>.WeightedSum(firstValue, K, position + 1, scores.Row(q), _mixed_BA.Row(b) + (((g * queryCount) + q) * K));
        }
    }

    private static void SoftMax(Span<float> scores)
    {
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
        TensorPrimitives.Exp(scores, scores);
        TensorPrimitives.Divide(scores, TensorPrimitives.Sum<float>(scores), scores);
    }

    private void Rotate(float* head, int position)
    {
        var half = _model.Config.HeadSize / 2;
        float* cosine = _cosine + ((nint)position * half), sine = _sine + ((nint)position * half);
        for (var k = 0; k < half; k++)
        {
            var (a, b) = (head[k], head[k + half]);
            head[k] = (a * cosine[k]) - (b * sine[k]);
            head[k + half] = (b * cosine[k]) + (a * sine[k]);
        }
    }

    private void ComputeHidden(in LayerPointers layer, int l, int thread, NativeFloats normed)
    {
        int D = _model.Config.Width, I = _model.Config.BackboneWidth;
        var share = Share(thread, I);
        Multiply(layer.GateUp, D, share, normed, _gate_BI);
        Multiply(layer.GateUp + ((nint)I * D * TElement.Size), D, share, normed, _up_BI);
        for (var b = 0; b < _rows.Length; b++)
        {
            var (sinks, gate) = (_sinks[_rows[b]], _gates[_rows[b]]);
            SwiGlu(_gate_BI.Row(b), _up_BI.Row(b), share, gate.BackboneScale);
            if (sinks.Count == 0)
                continue;

            var sinkShare = Share(thread, sinks.Count);
            var gateUp = SinksOf(l, b).GateUp;
            RowProducts<TElement>.Multiply(gateUp, D, sinkShare.From, sinkShare.To, normed.Row(b), 1, 0, _sinkGate_BS.Row(b), 0);
            RowProducts<TElement>.Multiply(gateUp + ((nint)sinks.Count * D * TElement.Size), D, sinkShare.From, sinkShare.To, normed.Row(b), 1, 0, _sinkUp_BS.Row(b), 0);
            SwiGlu(_sinkGate_BS.Row(b), _sinkUp_BS.Row(b), sinkShare, gate.SinkScale);
        }
    }

    // Whole vectors: what lies behind a row's end is zero, and stays so.
    private static void SwiGlu(float* gate, float* up, (int From, int To) share, float scale)
    {
        for (var i = share.From; i < share.To; i += Vector512<float>.Count)
        {
            var gate_16 = Vector512.Load(gate + i);
            var hidden_16 = gate_16 / (Vector512<float>.One + Vector512.Exp(-gate_16)) * Vector512.Load(up + i);
            (hidden_16 * scale).Store(gate + i);
        }
    }

    private void AddSinks(int l, (int From, int To) share)
    {
        for (var b = 0; b < _rows.Length; b++)
        {
            var sinks = _sinks[_rows[b]];
            if (sinks.Count == 0)
                continue;

            RowProducts<TElement>.Multiply(SinksOf(l, b).Down, sinks.PaddedCount, share.From, share.To, _sinkGate_BS.Row(b), 1, 0, _out_BD.Row(b), 0);
            var x = new Span<float>(_x_BD.Row(b) + share.From, share.To - share.From);
            TensorPrimitives.Add(x, new ReadOnlySpan<float>(_out_BD.Row(b) + share.From, x.Length), x);
        }
    }

    private SinkPointers SinksOf(int l, int b) => _sinkPointers[(l * _sinks.Length) + _rows[b]];

    private (int From, int To) Share(int thread, int count)
    {
        var grains = (count + Grain - 1) / Grain;
        return (Math.Min(count, grains * thread / _team.Count * Grain), Math.Min(count, grains * (thread + 1) / _team.Count * Grain));
    }

    // Native memory, which does not move; its owner outlives the decoder.
    private static byte* PointerTo(Tensor tensor) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private struct LayerPointers
    {
        public float* AttentionNorm, MlpNorm;
        public byte* QueryKeyValue, Out, GateUp, Down, Keys, Values;
    }

    private struct SinkPointers
    {
        public byte* GateUp, Down;
    }
}
