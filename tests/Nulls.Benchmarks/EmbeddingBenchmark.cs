using System.Diagnostics;
using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Nulls.Inference;
using Nulls.Sources;

namespace Nulls.Benchmarks;

/// <summary>The router by embeddings with a million sources: a question on one core, without the generator's time, and whether it finds what a search in whole floats finds.</summary>
/// <param name="sources">The number of sources, a vector each.</param>
internal sealed class EmbeddingBenchmark(int sources = 1_000_000) : IBenchmark
{
    // As small models of sentences have them.
    private const int Dimensions = 384;
    private const int Questions = 100;
    private const int QuestionsToCompare = 40;

    // Of a question about a passage in other words: the cosine with it is about 0.7.
    private const float Noise = 1;

    public string Name => "embedding";

    public bool DependsOnThreads => false;

    // Its figures are the soak's.
    public bool IsInSummary => false;

    public IEnumerable<Figure> Run(int threadCount)
    {
        var registry = new SourceRegistry();
        for (var source = 0; source < sources; source++)
            registry.GetOrAdd(KeyOf(source));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var generator = new GivenVectors(sources);
        var router = EmbeddingSourceRouter.FromVectors(generator, Enumerable.Range(0, sources).Select(source => KeyValuePair.Create(KeyOf(source), (ReadOnlyMemory<float>)VectorOf(source))), registry);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;

        var milliseconds = new List<double>();
        var found = new SourceId[Questions];
        for (var question = -5; question < Questions; question++)
        {
            var start = Stopwatch.GetTimestamp();
            var answer = router.Nearest([$"{Math.Max(question, 0)}"], 3, _ => true)[0];
            if (question < 0)
                continue;
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            found[question] = answer[0].Source;
        }

        milliseconds.Sort();
        var own = Enumerable.Range(0, Questions).Count(question => found[question] == registry.GetId(generator.SourceOf(question)));
        yield return new Figure("embedding.milliseconds", milliseconds[Questions / 2], 30, IsUpperBound: true,
            $"median of a question to {sources:N0} vectors of {Dimensions} dimensions, one a source, each compared; at most {milliseconds[^1]:0.0}; without the time of the generator; {bytes / 1e6:N0} MB on the heap");
        var nearest = ExhaustiveNearest(generator);
        var isSame = Enumerable.Range(0, QuestionsToCompare).Count(question => found[question] == registry.GetId(nearest[question]));
        yield return new Figure("embedding.recallAt1", (double)isSame / QuestionsToCompare, 0.99, IsUpperBound: false,
            $"share of {QuestionsToCompare} questions whose first source is that of a search in whole floats; its own source comes first for {own} of {Questions}, whose cosine with it is {generator.MeanCosine(Questions):0.00} on average");
    }

    private int[] ExhaustiveNearest(GivenVectors generator)
    {
        var questions = Enumerable.Range(0, QuestionsToCompare).Select(generator.VectorOfQuestion).ToArray();
        var (best, nearest) = (Enumerable.Repeat(float.NegativeInfinity, QuestionsToCompare).ToArray(), new int[QuestionsToCompare]);
        for (var source = 0; source < sources; source++)
        {
            var vector = VectorOf(source);
            var norm = TensorPrimitives.Norm<float>(vector);
            for (var question = 0; question < QuestionsToCompare; question++)
            {
                var cosine = TensorPrimitives.Dot<float>(vector, questions[question]) / norm; // All by the question's own length.
                if (cosine > best[question])
                    (best[question], nearest[question]) = (cosine, source);
            }
        }

        return nearest;
    }

    private static string KeyOf(int source) => $"source-{source}";

    private static float[] VectorOf(int source)
    {
        Span<byte> bytes = stackalloc byte[Dimensions * 2];
        new Random(source).NextBytes(bytes);
        var vector = new float[Dimensions];
        for (var d = 0; d < vector.Length; d++)
            vector[d] = bytes[2 * d] - bytes[(2 * d) + 1]; // Denser in the middle, as components of embeddings are.
        return vector;
    }

    /// <summary>Gives the vector of a question by its number: its source's, and as much noise.</summary>
    private sealed class GivenVectors(int sources) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public int SourceOf(int question) => (int)(question * 7_919L % sources);

        public float[] VectorOfQuestion(int question)
        {
            var (vector, noise) = (VectorOf(SourceOf(question)), VectorOf(int.MaxValue - question));
            for (var d = 0; d < vector.Length; d++)
                vector[d] += Noise * noise[d];
            return vector;
        }

        public double MeanCosine(int questions) => Enumerable.Range(0, questions).Average(question => TensorPrimitives.CosineSimilarity<float>(VectorOfQuestion(question), VectorOf(SourceOf(question))));

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(question => new Embedding<float>(VectorOfQuestion(int.Parse(question))))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
