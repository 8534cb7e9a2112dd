using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>The backbone's matrices in the type that products run in: copies beside the 32-bit weights, or the weights themselves.</summary>
/// <remarks>
/// Cast once and read by every pass. Scoring keeps one for the life of the model; training calls <see cref="Refresh"/> once a step.
/// The pools of sinks are not here: a pass casts the few that it gathers.
/// </remarks>
internal sealed class ComputeWeights : IDisposable
{
    private readonly Dictionary<nint, (Tensor Weight, Tensor Copy)> _copies = [];

    /// <param name="model">The 32-bit weights, which must outlive the copies.</param>
    /// <param name="type">The type of the copies; none are made of <see cref="ScalarType.Float32"/>.</param>
    public ComputeWeights(NullsModel model, ScalarType type)
        : this(type)
    {
        if (type == ScalarType.Float32)
            return;
        using var noGrad = no_grad();
        foreach (var weight in model.Matrices)
            _copies.Add(weight.Handle, (weight, weight.to(type).DetachFromDisposeScope()));
    }

    private ComputeWeights(ScalarType type) => Type = type;

    /// <summary>Gets the 32-bit weights of any model, without copies.</summary>
    public static ComputeWeights Float32 { get; } = new(ScalarType.Float32);

    /// <summary>Gets the type of the matrices.</summary>
    public ScalarType Type { get; }

    /// <summary>The matrix to multiply with in place of a weight.</summary>
    public Tensor Of(Parameter weight) => Type == ScalarType.Float32 ? weight : _copies[weight.Handle].Copy;

    /// <summary>Casts the weights again, after they changed.</summary>
    public void Refresh()
    {
        using var noGrad = no_grad();
        foreach (var (weight, copy) in _copies.Values)
            copy.copy_(weight);
    }

    public void Dispose()
    {
        foreach (var (_, copy) in _copies.Values)
            copy.Dispose();
        _copies.Clear();
    }
}
