using System.Runtime.Intrinsics;
using Nulls.Kernels;
using Nulls.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Inference;

/// <summary>Chooses the decoder that is fastest.</summary>
internal static class Decoder
{
    // Where products with many sequences are bound by arithmetic, Torch's may be faster: see decision 14.
    private const int MostRowsOnProcessor = 16;

    /// <summary>Makes a decoder that goes on from what a cache holds.</summary>
    /// <param name="model">The model; it and its matrices outlive the decoder.</param>
    /// <param name="weights">Its matrices.</param>
    /// <param name="gates">The gate of each row of the cache.</param>
    /// <param name="cache">What was read of each row, in the type of <paramref name="weights"/>; outlives the decoder.</param>
    public static IDecoder Create(NullsModel model, ComputeWeights weights, IReadOnlyList<SinkGate> gates, KeyValueCache cache)
    {
        if (model.Device.type != DeviceType.CPU || gates.Count > MostRowsOnProcessor || !Vector256.IsHardwareAccelerated)
            return new TorchDecoder(model, weights, gates, cache);

        return weights.Type switch
        {
            ScalarType.Float32 => new ProcessorDecoder<Float32Element>(model, weights, gates, cache, get_num_threads()),
            ScalarType.BFloat16 => new ProcessorDecoder<BFloat16Element>(model, weights, gates, cache, get_num_threads()),
            _ => new TorchDecoder(model, weights, gates, cache),
        };
    }
}
