using Nulls.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>Products of ragged documents with their own sinks: by our buckets of similar lengths, against PyTorch's grouped product, which needs no padding.</summary>
/// <remarks>Not in the summary. TorchSharp has no name for the grouped product; TorchScript reaches it.</remarks>
internal sealed class GroupedBenchmark : IBenchmark
{
    private const int DocumentCount = 16;
    private const int MeanLength = 256;

    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def forward(x, weights, ends):
            return torch._grouped_mm(x, weights.transpose(1, 2), ends)

        def backward_input(y, weights, ends):
            return torch._grouped_mm(y, weights, ends)

        def backward_weights(y, x, ends):
            return torch._grouped_mm(y.t(), x, ends)

        """));

    public string Name => "grouped";

    public bool DependsOnThreads => true;

    public bool IsInSummary => false;

    public IEnumerable<Figure> Run(int threadCount)
    {
        foreach (var (type, suffix) in new[] { (ScalarType.Float32, ""), (ScalarType.BFloat16, "Bf16") })
        {
            yield return Measure("grouped.equal" + suffix, type, isRagged: false);
            yield return Measure("grouped.ragged" + suffix, type, isRagged: true);
        }
    }

    private static Figure Measure(string name, ScalarType type, bool isRagged)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var config = PaperModel.Config;
        var (D, O) = (config.Width, 2 * config.SinksPerSource);
        var random = new Random(1);
        var lengths = Enumerable.Range(0, DocumentCount).Select(_ => isRagged ? random.Next(MeanLength / 4, MeanLength * 7 / 4) : MeanLength).ToArray();
        using var batch = new TokenBatch([.. lengths.Select(length => new TokenSequence(new int[length], SinkGate.Backbone))], CPU);
        // In the order in which a batch lays them.
        var ends = tensor([.. batch.Order.Select(index => batch.Starts[index] + lengths[index])], ScalarType.Int32);
        var weights_BOD = randn(DocumentCount, O, D).mul(0.03).to(type);
        var x_ND = randn(batch.TokenCount, D).to(type);
        var y_NO = randn(batch.TokenCount, O).to(type);

        Tensor[] Buckets()
        {
            var (outs, inputs, gradients) = (new List<Tensor>(), new List<Tensor>(), new List<Tensor>());
            var (token, document) = (0L, 0L);
            foreach (var bucket in batch.Buckets)
            {
                var block_BTD = bucket.Block(x_ND.narrow(0, token, bucket.TokenCount));
                var gradient_BTO = bucket.Spread(y_NO.narrow(0, token, bucket.TokenCount));
                var own_BOD = weights_BOD.narrow(0, document, bucket.Count);
                outs.Add(bucket.Flat(block_BTD.bmm(own_BOD.transpose(1, 2))));
                inputs.Add(bucket.Flat(gradient_BTO.bmm(own_BOD)));
                gradients.Add(gradient_BTO.transpose(1, 2).bmm(block_BTD));
                (token, document) = (token + bucket.TokenCount, document + bucket.Count);
            }

            return [cat(outs, 0), cat(inputs, 0), cat(gradients, 0)];
        }

        Tensor[] Grouped() =>
        [
            Script.Value.invoke<Tensor>("forward", x_ND, weights_BOD, ends),
            Script.Value.invoke<Tensor>("backward_input", y_NO, weights_BOD, ends),
            Script.Value.invoke<Tensor>("backward_weights", y_NO, x_ND, ends),
        ];

        foreach (var (own, other) in Buckets().Zip(Grouped()))
        {
            if (!own.to(ScalarType.Float32).allclose(other.to(ScalarType.Float32), rtol: 0.05, atol: 0.5))
                throw new InvalidOperationException("The two products are not the same: their times cannot be compared.");
        }

        void Timed(Func<Tensor[]> products)
        {
            using var run = NewDisposeScope();
            products();
        }

        var times = Paired.Measure(() => Timed(Grouped), () => Timed(Buckets), rounds: 9);
        return new Figure(
            name, times.Ratio, 0.95, IsUpperBound: false,
            $"{batch.TokenCount:N0} tokens in {DocumentCount} documents of {lengths.Min()} to {lengths.Max()}, {batch.Buckets.Count} bucket(s), {D} x {O}, forward and both gradients, {type}: grouped {times.BaselineSeconds * 1e3:0.0} ms, buckets {times.VariantSeconds * 1e3:0.0} ms");
    }
}
