using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Nulls.Sources;
using Nulls.Storage;
using Nulls.Text;

namespace Nulls.Inference;

/// <summary>Finds the sources whose texts are nearest by the meaning that a model of embeddings gives them: for questions in other words than the sources'.</summary>
/// <remarks>
/// <para>Keeps a vector a text, in a byte a dimension and 12 bytes more, and compares a question with each: exact but for the
/// rounding, and linear in their number. It embeds questions by the user's generator, all questions of a call at once: when a
/// model scores, or, where it is served, before a request waits for the model.</para>
/// <para>Vectors tell much of a text to who has the same generator. They are not part of a saved model; keep them as carefully, and
/// use <see cref="Without"/> when a source is erased. Sources stand by their ids, so that a router fits every model with the same
/// registry, also after <c>Compact</c>, and no other. Immutable and thread-safe, if the generator is.</para>
/// </remarks>
public sealed class EmbeddingSourceRouter : ISourceRouter
{
    private const int TextsPerCall = 64;

    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;
    private readonly EmbeddingVectors _vectors;

    private EmbeddingSourceRouter(IEmbeddingGenerator<string, Embedding<float>> generator, EmbeddingVectors vectors) => (_generator, _vectors) = (generator, vectors);

    /// <summary>Gets the number of vectors: texts, of which a source may have several.</summary>
    public int Count => _vectors.Count;

    /// <summary>Gets the length of a vector.</summary>
    public int Dimensions => _vectors.Dimensions;

    /// <summary>Embeds the texts of a model's sources. Texts of no source, and of sources that the model does not know, are left out unread.</summary>
    /// <param name="generator">Embeds texts: 64 a call here, and questions later. Not disposed by the router.</param>
    /// <param name="corpus">The texts; read once. Leave out unlearned sources, as <c>corpus.Where(document => !bundle.IsUnlearned(document.Source))</c> does, unless they may be restored. Long texts are embedded as the generator does it: cut them into passages for a better match.</param>
    /// <param name="sources">The model's sources, <see cref="NullsBundle.Sources"/>.</param>
    /// <param name="cancellationToken">Stops between two calls of the generator, and is given to it.</param>
    /// <exception cref="ArgumentException">No text is of a source that the model knows.</exception>
    /// <exception cref="InvalidOperationException">The generator gives vectors of several lengths, of none, or with components that are no numbers.</exception>
    public static async Task<EmbeddingSourceRouter> CreateAsync(
        IEmbeddingGenerator<string, Embedding<float>> generator, IEnumerable<Document> corpus, SourceRegistry sources, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(sources);
        EmbeddingVectors? vectors = null;
        var known = corpus.Select(document => (document.Text, Source: FindSource(document.Source, sources))).Where(text => text.Source is not null && text.Text.Length > 0);
        foreach (var texts in known.Chunk(TextsPerCall))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var embeddings = await EmbedAsync(generator, [.. texts.Select(text => text.Text)], cancellationToken).ConfigureAwait(false);
            foreach (var ((_, source), embedding) in texts.Zip(embeddings))
                Add(ref vectors, source!.Value, embedding.Vector); // Those without a source are left out above.
        }

        return new EmbeddingSourceRouter(generator, vectors ?? throw NoSources(nameof(corpus)));
    }

    /// <summary>Takes vectors that are there already. Those of sources that the model does not know are left out.</summary>
    /// <param name="generator">The one that made them; it embeds questions. Not disposed by the router.</param>
    /// <param name="vectors">Keys of sources and their vectors, all of one length; a key may come several times.</param>
    /// <param name="sources">The model's sources, <see cref="NullsBundle.Sources"/>.</param>
    /// <exception cref="ArgumentException">No vector is of a source that the model knows.</exception>
    /// <exception cref="InvalidOperationException">Vectors have several lengths, length 0, or components that are no numbers.</exception>
    public static EmbeddingSourceRouter FromVectors(
        IEmbeddingGenerator<string, Embedding<float>> generator, IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>> vectors, SourceRegistry sources)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(sources);
        EmbeddingVectors? kept = null;
        foreach (var (key, vector) in vectors)
        {
            if (FindSource(key, sources) is { } source)
                Add(ref kept, source, vector);
        }

        return new EmbeddingSourceRouter(generator, kept ?? throw NoSources(nameof(vectors)));
    }

    /// <summary>Loads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="generator">The one that made the vectors. Not disposed by the router.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or another.</exception>
    public static EmbeddingSourceRouter Load(string path, IEmbeddingGenerator<string, Embedding<float>> generator)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(generator);
        using var stream = new BufferedStream(File.OpenRead(path), 1 << 20);
        return new EmbeddingSourceRouter(generator, EmbeddingFormat.Load(stream, path));
    }

    /// <summary>Saves ids and vectors to a file: whole or not at all. The generator is not saved.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => EmbeddingFormat.Save(stream, _vectors));
    }

    /// <summary>Makes a router that holds neither vector nor id of these sources.</summary>
    /// <param name="sources">Ids, as <see cref="SourceRegistry.GetId"/> gives them; unknown ones change nothing. Take them before a source is erased.</param>
    public EmbeddingSourceRouter Without(params IEnumerable<SourceId> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var left = sources.ToHashSet();
        var kept = new EmbeddingVectors(Dimensions);
        for (var number = 0; number < _vectors.Count; number++)
        {
            var (source, scale, components) = _vectors.Read(number);
            if (!left.Contains(source))
                kept.Add(source, scale, components.Span);
        }

        return new EmbeddingSourceRouter(_generator, kept);
    }

    /// <inheritdoc/>
    /// <remarks>The score is the cosine. Blocks until the generator has answered; <see cref="NearestAsync"/> does not.</remarks>
    /// <exception cref="InvalidOperationException">The generator gives vectors of another length than those kept, or with components that are no numbers.</exception>
    public IReadOnlyList<IReadOnlyList<RoutedSource>> Nearest(
        IReadOnlyList<string> texts, int count, Func<SourceId, bool> isAdmissible, CancellationToken cancellationToken = default) =>
        // On a pool thread: a caller's synchronization context must not be needed while its thread waits.
        Task.Run(() => NearestAsync(texts, count, isAdmissible, cancellationToken), cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc/>
    /// <remarks>The score is the cosine.</remarks>
    /// <exception cref="InvalidOperationException">The generator gives vectors of another length than those kept, or with components that are no numbers.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<RoutedSource>>> NearestAsync(
        IReadOnlyList<string> texts, int count, Func<SourceId, bool> isAdmissible, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(isAdmissible);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (texts.Count == 0)
            return [];

        var embeddings = await EmbedAsync(_generator, texts, cancellationToken).ConfigureAwait(false);
        return _vectors.Nearest([.. embeddings.Select(embedding => Checked(embedding.Vector, Dimensions))], count, isAdmissible, cancellationToken);
    }

    private static async Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(
        IEmbeddingGenerator<string, Embedding<float>> generator, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var embeddings = await generator.GenerateAsync(texts, cancellationToken: cancellationToken).ConfigureAwait(false);
        return embeddings.Count == texts.Count
            ? embeddings
            : throw new InvalidOperationException($"The generator of embeddings was given {texts.Count} texts and gave {embeddings.Count} vectors: it must give one a text.");
    }

    private static SourceId? FindSource(string? key, SourceRegistry sources) =>
        !string.IsNullOrEmpty(key) && sources.TryGetIndex(key, out var index) ? sources.GetId(index) : null;

    private static void Add(ref EmbeddingVectors? vectors, SourceId source, ReadOnlyMemory<float> vector)
    {
        vectors ??= new EmbeddingVectors(vector.Length);
        vectors.Add(source, Checked(vector, vectors.Dimensions).Span);
    }

    private static ReadOnlyMemory<float> Checked(ReadOnlyMemory<float> vector, int dimensions)
    {
        if (vector.Length == 0 || vector.Length != dimensions)
            throw new InvalidOperationException($"A vector has {vector.Length} dimensions, but {dimensions} are needed, as the first vector has, and at least 1. Are all by the same generator?");
        if (!(TensorPrimitives.Norm(vector.Span) is > 0 and < float.PositiveInfinity))
            throw new InvalidOperationException("A vector is of length 0, or has components that are no numbers, so it has no direction. What did the generator make of an empty text?");
        return vector;
    }

    private static ArgumentException NoSources(string name) => new("Nothing given is of a source that the model knows: keys must be those of the training, and sources the model's own (bundle.Sources).", name);
}
