using Nulls.Model;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Benchmarks;

/// <summary>One layer's MLP forward and backward at the paper's sizes, against the dense masked form: all neurons, multiplied by the mask of each document, by Torch's operations and its autograd.</summary>
internal sealed class MlpBenchmark : IBenchmark
{
    private const int RowLength = 512;
    private const int RowCount = 4;
    private const int Rounds = 5;

    public string Name => "mlp";

    public bool DependsOnThreads => true;

    public IEnumerable<Figure> Run(int threadCount)
    {
        foreach (var (documentsPerRow, reach) in new[] { (1, 13.0), (4, 13.0), (8, 11.0) })
            yield return Measure(documentsPerRow, reach);
    }

    private static Figure Measure(int documentsPerRow, double reach)
    {
        using var scope = NewDisposeScope();
        var config = PaperModel.Config with { LayerCount = 1, VocabularySize = 64 };
        var (N, D, I) = (RowLength * RowCount, config.Width, config.BackboneWidth + config.SinkPoolWidth);
        var documents = PaperModel.Documents(config, RowCount * documentsPerRow, RowLength / documentsPerRow);
        var x_ND = randn(N, D).to(ScalarType.BFloat16);
        var outGradient_ND = randn(N, D).to(ScalarType.BFloat16);

        // Weights lie in the type of the products before the timing, as after a step's one cast; gradients are added in 32 bits.
        using var model = new NullsModel(config, CPU);
        model.Initialize(seed: 1);
        using var weights = new ComputeWeights(model, ScalarType.BFloat16);
        var buffers = model.parameters().ToDictionary(parameter => parameter.Handle, parameter => zeros_like(parameter));
        void Sparse()
        {
            using var noGrad = no_grad();
            using var step = NewDisposeScope();
            using var batch = new TokenBatch(documents, CPU);
            var pass = new ForwardPass(batch, weights, (x_ND, x_ND), NeedsGradient: true, Cache: null);
            var gradients = new GradientAccumulator(parameter => buffers[parameter.Handle], trainsBackbone: true);
            var mlp = model.Layers[0].Mlp;
            var (_, activations) = mlp.Forward(x_ND, pass);
            mlp.Backward(outGradient_ND, x_ND, activations, pass, gradients);
        }

        var leaf_ND = x_ND.detach().requires_grad_();
        Tensor[] dense = [.. new long[][] { [I, D], [I, D], [D, I] }.Select(shape => randn(shape).mul(0.02).to(ScalarType.BFloat16).requires_grad_())];
        Tensor[] denseBuffers = [.. dense.Select(weight => zeros(weight.shape))];
        var mask_NI = zeros(N, I, ScalarType.BFloat16);
        mask_NI.narrow(1, 0, config.BackboneWidth).fill_(1);
        for (var i = 0; i < documents.Length; i++)
        {
            using var rows = mask_NI.narrow(0, i * RowLength / documentsPerRow, RowLength / documentsPerRow);
            rows.index_fill_(1, tensor(documents[i].Gate.Sinks.Indices.ToArray().Select(sink => (long)sink + config.BackboneWidth).ToArray()), 1);
        }

        void DenseMasked()
        {
            using var step = NewDisposeScope();
            var hidden_NI = functional.silu(functional.linear(leaf_ND, dense[0])) * functional.linear(leaf_ND, dense[1]) * mask_NI;
            autograd.backward(functional.linear(hidden_NI, dense[2]), outGradient_ND);
            for (var i = 0; i < dense.Length; i++)
            {
                denseBuffers[i].add_(dense[i].grad!);
                dense[i].grad!.zero_();
            }

            leaf_ND.grad!.zero_();
        }

        var times = Paired.Measure(DenseMasked, Sparse, Rounds, variantRuns: 3);
        return new Figure(
            $"mlp.docs{documentsPerRow}", times.Ratio, reach, IsUpperBound: false,
            $"{N:N0} tokens in {documents.Length} documents, {config.BackboneWidth} + {config.SinksPerSource} of {I:N0} neurons, bfloat16: dense masked {times.BaselineSeconds * 1e3:0} ms, sinks gathered {times.VariantSeconds * 1e3:0.0} ms");
    }
}
