using Microsoft.Extensions.AI;

namespace Nulls.Tests.Support;

/// <summary>A generator of embeddings without a model: a random direction a word, seeded by the word, added up.</summary>
/// <param name="dimensions">The length of a vector.</param>
public sealed class WordEmbeddings(int dimensions = 50) : IEmbeddingGenerator<string, Embedding<float>>
{
    public float[] Embed(string text)
    {
        var vector = new float[dimensions];
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var random = new Random(word.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter)));
            for (var d = 0; d < dimensions; d++)
                vector[d] += (float)(random.NextDouble() - 0.5);
        }

        return vector;
    }

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text => new Embedding<float>(Embed(text)))));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
