using System.Diagnostics.CodeAnalysis;

namespace Nulls.Model;

/// <summary>The numbers that matrix products run in. Weights, norms, the residual stream and losses are 32-bit in any case.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The types are what the members name, as the field does.")]
public enum Precision
{
    /// <summary><see cref="BFloat16"/> where the device has it and a short measurement, once a process, shows that it is clearly faster, else <see cref="Float32"/>.</summary>
    /// <remarks>What it chose is kept by a checkpoint and shared by all ranks. For the same bits on any machine, name the precision.</remarks>
    Auto,

    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>bfloat16: the range of 32 bits with 8 bits of precision. Products read and write half the memory and, where the device has instructions for it, run several times as fast.</summary>
    BFloat16,
}
