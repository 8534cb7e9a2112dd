using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>Turns the precision that is asked for into the one to use, before work starts.</summary>
internal static class PrecisionCheck
{
    // What a change of type costs beside the products must be won back.
    private const double LeastSpeedup = 1.2;
    private const int ProductSize = 768;
    private const int Rounds = 5;

    // Measured once a process, so that the trainings of a process cannot differ by what else the machine did meanwhile.
    private static readonly ConcurrentDictionary<string, Lazy<double>> Speedups = new();

    /// <summary><see cref="Precision.Float32"/> or <see cref="Precision.BFloat16"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The precision is none of the three.</exception>
    /// <exception cref="PlatformNotSupportedException">bfloat16 is asked for on a device without it.</exception>
    public static Precision Resolve(Precision precision, Device device) => Resolve(precision, device.ToString(), () => HasBFloat16(device), () => Speedup(device));

    internal static Precision Resolve(Precision precision, string device, Func<bool> hasBFloat16, Func<double> speedup)
    {
        switch (precision)
        {
            case Precision.Float32:
                return precision;
            case Precision.BFloat16:
                return hasBFloat16() ? precision : throw new PlatformNotSupportedException($"Precision is BFloat16, but the device '{device}' has no instructions for it and would run slower than in 32 bits. Set Precision to Auto or Float32.");
            case Precision.Auto:
                return hasBFloat16() && speedup() >= LeastSpeedup ? Precision.BFloat16 : Precision.Float32;
            default:
                throw new ArgumentOutOfRangeException(nameof(precision), precision, "Precision must be Auto, Float32 or BFloat16.");
        }
    }

    /// <summary>The precision of a training that goes on: the one that it was begun with.</summary>
    /// <exception cref="PlatformNotSupportedException">That is bfloat16, and the device has none.</exception>
    public static Precision ResolveSaved(Precision saved, Device device, string folder) => ResolveSaved(saved, device.ToString(), folder, () => HasBFloat16(device));

    internal static Precision ResolveSaved(Precision saved, string device, string folder, Func<bool> hasBFloat16) => saved != Precision.BFloat16 || hasBFloat16()
        ? saved
        : throw new PlatformNotSupportedException($"The training in the work folder '{folder}' was begun in bfloat16 and goes on in it, but the device '{device}' has no instructions for it. Go on where there are, or choose another WorkFolder to begin anew in 32 bits.");

    /// <summary>The type of tensors of a precision that is no longer <see cref="Precision.Auto"/>.</summary>
    public static ScalarType ToScalarType(this Precision precision) => precision switch
    {
        Precision.Float32 => ScalarType.Float32,
        Precision.BFloat16 => ScalarType.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "The precision must be resolved first."),
    };

    private static bool HasBFloat16(Device device)
    {
        if (device.type == DeviceType.CPU && RuntimeInformation.ProcessArchitecture == Architecture.X64)
            return HasAvx512BFloat16() || HasAmxBFloat16();

        // Elsewhere nothing tells but a trial: older GPUs refuse the product or emulate it.
        try
        {
            return Speedup(device) >= LeastSpeedup;
        }
        catch (ExternalException)
        {
            return false;
        }
    }

    // CPUID leaf 7: subleaf 1, EAX bit 5, and subleaf 0, EDX bit 22 (Intel SDM volume 2, CPUID).
    private static bool HasAvx512BFloat16() => X86Base.IsSupported && Avx512F.IsSupported && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    private static bool HasAmxBFloat16() => X86Base.IsSupported && Avx512F.IsSupported && (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;

    private static double Speedup(Device device) => Speedups.GetOrAdd(device.ToString(), _ => new Lazy<double>(() => Measure(device))).Value;

    // The best of a few rounds each, in turns: what else the machine does only ever slows a round.
    private static double Measure(Device device)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var exact = ones([ProductSize, ProductSize], ScalarType.Float32, device);
        var rounded = ones([ProductSize, ProductSize], ScalarType.BFloat16, device);
        double exactTime = double.MaxValue, roundedTime = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            exactTime = Math.Min(exactTime, Time(exact));
            roundedTime = Math.Min(roundedTime, Time(rounded));
        }

        return exactTime / roundedTime;
    }

    private static double Time(Tensor matrix)
    {
        var start = Stopwatch.GetTimestamp();
        using var product = matrix.mm(matrix);
        // Read back, so that a GPU has done it.
        using var first = product[0, 0].to(ScalarType.Float32).cpu();
        _ = first.data<float>()[0];
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
