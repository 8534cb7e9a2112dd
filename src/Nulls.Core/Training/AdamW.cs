using System.Buffers.Binary;
using Nulls.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>Parameters that share a learning rate's factor and a weight decay.</summary>
/// <param name="Parameters">The parameters.</param>
/// <param name="LearningRateScale">What the learning rate is multiplied by.</param>
/// <param name="WeightDecay">The decoupled weight decay.</param>
/// <param name="AreSinks">Whether they are pools of sinks, of which a step touches few rows; false for the backbone.</param>
internal sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double LearningRateScale, double WeightDecay, bool AreSinks = false);

/// <summary>AdamW (arXiv:1711.05101) in one fused pass over each group, with gradients in buffers that live as long as it does.</summary>
/// <remarks>
/// On the CPU by a kernel of ours, which takes the clipping and the clearing of gradients along; elsewhere by PyTorch's fused operation,
/// which TorchScript reaches: TorchSharp's own AdamW makes every operation a pass of its own.
/// </remarks>
internal sealed class AdamW : IDisposable
{
    private const double Epsilon = 1e-8;

    // The native unit is never freed, so it is compiled once. Numbers are passed in a tensor: TorchSharp makes temporary scalars of
    // numbers that are passed as such, and the garbage collector may free those during the call.
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def step(params: List[Tensor], grads: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: List[Tensor],
                 numbers: Tensor) -> int:
            # The fused kernel reads the step number and leaves counting to its caller.
            torch._foreach_add_(steps, 1)
            torch._fused_adamw_(params, grads, means, squares, [], steps, lr=float(numbers[0]), beta1=float(numbers[1]),
                                beta2=float(numbers[2]), weight_decay=float(numbers[3]), eps=float(numbers[4]),
                                amsgrad=False, maximize=False)
            return 0

        def clip(grads: List[Tensor], norm: Tensor) -> Tensor:
            total = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(grads, 2)), 2)
            torch._foreach_mul_(grads, torch.clamp(float(norm) / (total + 1e-6), max=1.0))
            return total

        """));

    private readonly double _beta1;
    private readonly double _beta2;
    private readonly Group[] _groups;
    private readonly Dictionary<nint, Tensor> _gradients;
    private float _gradientScale = 1;
    private bool _areGradientsClear = true;

    public AdamW(IReadOnlyList<ParameterGroup> groups, double beta1, double beta2)
    {
        (_beta1, _beta2) = (beta1, beta2);
        _groups = [.. groups.Where(group => group.Parameters.Count > 0).Select(group => new Group(group))];
        _gradients = _groups.SelectMany(group => group.Parameters.Zip(group.Gradients)).ToDictionary(pair => pair.First.Handle, pair => pair.Second);
    }

    /// <summary>Gets what it remembers from step to step, each with its parameter and what it is: for saving, and for reading back in place.</summary>
    public IEnumerable<(Tensor Parameter, string Kind, Tensor Value)> State =>
        from memory in _groups
        from i in Enumerable.Range(0, memory.Parameters.Length)
        from entry in new[] { ("mean", memory.Means[i]), ("square", memory.Squares[i]), ("steps", memory.Steps[i]) }
        select ((Tensor)memory.Parameters[i], entry.Item1, entry.Item2);

    /// <summary>The buffer that collects a parameter's gradient, in 32 bits.</summary>
    /// <remarks>Whoever asks may change it, so what the clipping left to the step is done at once.</remarks>
    public Tensor GradientOf(Tensor parameter)
    {
        Settle();
        return _gradients[parameter.Handle];
    }

    /// <summary>Gets the gradients of the backbone, a group's end to end in one buffer.</summary>
    public IEnumerable<Tensor> BackboneGradients
    {
        get
        {
            Settle();
            return _groups.Where(group => !group.AreSinks).Select(group => group.FlatGradients);
        }
    }

    /// <summary>Clears all gradients. Those that a step left cleared, and that nobody asked for since, are left alone.</summary>
    public void ZeroGradients()
    {
        _gradientScale = 1;
        if (_areGradientsClear)
            return;
        _areGradientsClear = true;
        using var scope = NewDisposeScope();
        foreach (var group in _groups)
            group.FlatGradients.zero_();
    }

    /// <summary>Scales all gradients down to a norm over all of them together.</summary>
    public void ClipGradients(double norm)
    {
        if (_groups.All(group => KernelLoop.Runs(group.FlatGradients)))
        {
            Settle();
            var total = Math.Sqrt(_groups.Sum(group => AdamWKernel.SumOfSquares(group.FlatGradients)));
            // A norm that is not a number makes all weights not numbers, and the loss tells.
            _gradientScale = (float)Math.Min(1, norm / (total + 1e-6));
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Script.Value.invoke("clip", [_groups.SelectMany(group => group.Gradients).ToArray(), tensor(norm, ScalarType.Float64)]);
    }

    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var group in _groups)
        {
            if (KernelLoop.Runs(group.FlatGradients))
            {
                StepOnKernels(group, learningRate * group.LearningRateScale);
                continue;
            }

            Script.Value.invoke("step", [
                group.Parameters, group.Gradients, group.Means, group.Squares, group.Steps,
                tensor([learningRate * group.LearningRateScale, _beta1, _beta2, group.WeightDecay, Epsilon], ScalarType.Float64)]);
            group.FlatGradients.zero_();
        }

        (_gradientScale, _areGradientsClear) = (1, true);
    }

    public void Dispose()
    {
        foreach (var group in _groups)
            group.Dispose();
    }

    private void StepOnKernels(Group group, double learningRate)
    {
        for (var i = 0; i < group.Parameters.Length; i++)
        {
            var step = group.Steps[i].bytes;
            var number = BinaryPrimitives.ReadSingleLittleEndian(step) + 1;
            BinaryPrimitives.WriteSingleLittleEndian(step, number);
            var numbers = new AdamWNumbers(
                Decay: (float)(1 - learningRate * group.WeightDecay), (float)_beta1, (float)_beta2,
                StepSize: (float)(learningRate / (1 - Math.Pow(_beta1, number))), SquareScale: (float)(1 / Math.Sqrt(1 - Math.Pow(_beta2, number))),
                (float)Epsilon, _gradientScale);
            AdamWKernel.Step(group.Parameters[i], group.Gradients[i], group.Means[i], group.Squares[i], numbers);
        }
    }

    // Multiplies by what the clipping found; the step would have done so on its way.
    private void Settle()
    {
        _areGradientsClear = false;
        if (_gradientScale == 1)
            return;

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Scalar scale = _gradientScale;
        foreach (var group in _groups)
            group.FlatGradients.mul_(scale);
        _gradientScale = 1;
    }

    private sealed class Group : IDisposable
    {
        public Group(ParameterGroup group)
        {
            using var noGrad = no_grad();
            Parameters = [.. group.Parameters];
            (LearningRateScale, WeightDecay, AreSinks) = (group.LearningRateScale, group.WeightDecay, group.AreSinks);
            FlatGradients = zeros(Parameters.Sum(parameter => parameter.numel()), ScalarType.Float32, Parameters[0].device).DetachFromDisposeScope();
            Gradients = Slices(FlatGradients);
            Means = Buffers();
            Squares = Buffers();
            Steps = [.. Parameters.Select(parameter => zeros([], ScalarType.Float32, parameter.device).DetachFromDisposeScope())];
            foreach (var (parameter, gradient) in Parameters.Zip(Gradients))
                parameter.grad = gradient;
        }

        public Tensor[] Parameters { get; }

        public double LearningRateScale { get; }

        public double WeightDecay { get; }

        public bool AreSinks { get; }

        // One buffer, so that ranks sum it in one call.
        public Tensor FlatGradients { get; }

        public Tensor[] Gradients { get; }

        public Tensor[] Means { get; }

        public Tensor[] Squares { get; }

        public Tensor[] Steps { get; }

        public void Dispose()
        {
            foreach (var parameter in Parameters)
                parameter.grad = null;
            foreach (var tensor in Gradients.Append(FlatGradients).Concat(Means).Concat(Squares).Concat(Steps))
                tensor.Dispose();
        }

        private Tensor[] Slices(Tensor flat)
        {
            using var scope = NewDisposeScope();
            var parts = flat.split([.. Parameters.Select(parameter => parameter.numel())], 0);
            return [.. Parameters.Zip(parts, (parameter, part) => part.view(parameter.shape).DetachFromDisposeScope())];
        }

        private Tensor[] Buffers() => [.. Parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }
}
