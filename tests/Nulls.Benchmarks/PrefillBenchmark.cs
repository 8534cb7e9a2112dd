using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>Reading a prompt at the paper's sizes, backbone and one source's sinks, in bfloat16: the share of the rate of a large product.</summary>
internal sealed class PrefillBenchmark : IBenchmark
{
    private const int Tokens = 1_024;
    private const int LayersTimed = 4;

    public string Name => "prefill";

    public bool DependsOnThreads => true;

    public IEnumerable<Figure> Run(int threadCount)
    {
        var config = PaperModel.Config with { LayerCount = LayersTimed };
        using var scope = NewDisposeScope();
        using var model = new NullsModel(config, CPU);
        model.Initialize(seed: 1);
        using var weights = new ComputeWeights(model, ScalarType.BFloat16);
        var documents = PaperModel.Documents(config, 1, Tokens);
        using var last = tensor(new[] { Tokens - 1L });
        var peak = PaperModel.PeakRate();
        var layers = Paired.Seconds(() => Read(readsHead: false), rounds: 9);
        var head = Math.Max(0, Paired.Seconds(() => Read(readsHead: true), rounds: 9) - layers);
        peak = Math.Max(peak, PaperModel.PeakRate());

        var layerCount = PaperModel.Config.LayerCount;
        var seconds = layers * layerCount / LayersTimed + head;
        var operations = PaperModel.ForwardOperations(PaperModel.Config, 1, Tokens).Layers + 2.0 * config.Width * config.VocabularySize;
        yield return new Figure(
            "prefill.paperPeakFraction", operations / seconds / peak, 0.5, IsUpperBound: false,
            $"{Tokens:N0} tokens of one text, {layerCount} layers from {LayersTimed}, 600 neurons, logits of the last: {Tokens / seconds:0} tokens/s, {operations / seconds / 1e9:0} of {peak / 1e9:0} GFLOPS");

        void Read(bool readsHead)
        {
            using var noGrad = no_grad();
            using var pass = NewDisposeScope();
            using var batch = new TokenBatch(documents, CPU);
            var hidden_ND = model.Hidden(batch, weights);
            if (readsHead)
                model.Logits(hidden_ND.index_select(0, last), weights);
        }
    }
}
