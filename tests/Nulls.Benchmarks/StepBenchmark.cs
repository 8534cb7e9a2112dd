using Nulls.Model;
using Nulls.Training;
using static TorchSharp.torch;

namespace Nulls.Benchmarks;

/// <summary>Whole training steps: of the paper's model against the dense masked one, and of a small model against 32-bit products by Torch's operations.</summary>
internal sealed class StepBenchmark : IBenchmark
{
    private const int LayersTimed = 2;
    // Those of TrainingOptions, in micro-batches.
    private const int PaperRows = 32;
    private const int RowsPerMicroBatch = 2;
    private const int SmallDocuments = 64;
    private const int SmallLength = 64;

    public string Name => "step";

    public bool DependsOnThreads => true;

    public IEnumerable<Figure> Run(int threadCount)
    {
        yield return Paper("step.paper", documentsPerRow: 4);
        yield return Paper("step.paperOneDocument", documentsPerRow: 1);
        foreach (var figure in Small())
            yield return figure;
    }

    // Two layers with a vocabulary of next to nothing stand for layers; the head is what the same two layers take longer with the whole one.
    private static Figure Paper(string name, int documentsPerRow)
    {
        var layers = PaperModel.Config with { LayerCount = LayersTimed, VocabularySize = 64 };
        var (denseLayers, options) = (PaperModel.Dense(layers), new TrainingOptions { Precision = Precision.BFloat16 });
        var length = layers.ContextLength;
        var documents = RowsPerMicroBatch * documentsPerRow;
        Paired micro, update;
        using (var dense = new StepRunner(denseLayers, PaperModel.Documents(denseLayers, documents, length / documentsPerRow, isDense: true), options))
        using (var sparse = new StepRunner(layers, PaperModel.Documents(layers, documents, length / documentsPerRow), options))
            (micro, update) = (Paired.Measure(dense.MicroBatch, sparse.MicroBatch, rounds: 4), Paired.Measure(dense.Update, sparse.Update, rounds: 4));

        var whole = layers with { VocabularySize = PaperModel.Config.VocabularySize };
        double headMicro, headUpdate;
        using (var sparse = new StepRunner(whole, PaperModel.Documents(whole, documents, length / documentsPerRow), options))
            (headMicro, headUpdate) = (Paired.Seconds(sparse.MicroBatch, rounds: 4) - micro.VariantSeconds, Paired.Seconds(sparse.Update, rounds: 4) - update.VariantSeconds);

        const int microBatches = PaperRows / RowsPerMicroBatch;
        var head = microBatches * headMicro + headUpdate;
        var denseLayer = (microBatches * micro.BaselineSeconds + update.BaselineSeconds) / LayersTimed;
        var sparseLayer = (microBatches * micro.VariantSeconds + update.VariantSeconds) / LayersTimed;
        var layerCount = PaperModel.Config.LayerCount;
        var (denseSeconds, sparseSeconds) = (denseLayer * layerCount + head, sparseLayer * layerCount + head);
        return new Figure(
            name, denseSeconds / sparseSeconds, 3.3, IsUpperBound: false,
            $"{PaperRows} rows of {length:N0} tokens, {documentsPerRow} document{(documentsPerRow == 1 ? "" : "s")} each, in micro-batches of {RowsPerMicroBatch}, bfloat16, AdamW of all parameters: a layer {denseLayer:0.00} s dense and {sparseLayer:0.00} s sparse, "
            + $"{denseLayer / sparseLayer:0.0} times, of them AdamW {update.VariantSeconds / LayersTimed:0.00} s; head and embedding {head:0.0} s; {layerCount} layers {denseSeconds:0} s and {sparseSeconds:0} s");
    }

    private static IEnumerable<Figure> Small()
    {
        var config = NullsConfig.Small with { VocabularySize = 4_096 };
        var documents = PaperModel.Documents(config, SmallDocuments, SmallLength);
        var peak = PaperModel.PeakRate();
        using var naive = new NaiveStep(config, documents);
        using var own = new StepRunner(config, documents, new TrainingOptions { Precision = Precision.BFloat16 });
        var times = Paired.Measure(naive.Run, own.Step, rounds: 7);
        peak = Math.Max(peak, PaperModel.PeakRate());

        var tokens = SmallDocuments * SmallLength;
        yield return new Figure(
            "step.smallBf16", times.Ratio, 4, IsUpperBound: false,
            $"width {config.Width}, {config.LayerCount} layers, vocabulary {config.VocabularySize:N0}, {SmallDocuments} documents of {SmallLength} tokens: 32 bits by Torch's operations {times.BaselineSeconds * 1e3:0} ms, ours {times.VariantSeconds * 1e3:0} ms, {tokens / times.VariantSeconds:N0} tokens/s");

        var (layers, head) = PaperModel.ForwardOperations(config, SmallDocuments, SmallLength);
        var rate = 3 * (layers + head) / times.VariantSeconds;
        yield return new Figure("step.peakFraction", rate / peak, 0.5, IsUpperBound: false, $"the same step: {rate / 1e9:0} of {peak / 1e9:0} GFLOPS");
    }
}
