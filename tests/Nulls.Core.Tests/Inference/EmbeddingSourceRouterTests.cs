using System.Numerics.Tensors;
using System.Security.Cryptography;
using Nulls.Inference;
using Nulls.Sources;
using Nulls.Tests.Support;
using Nulls.Text;

namespace Nulls.Tests.Inference;

public sealed class EmbeddingSourceRouterTests : IDisposable
{
    private const int SourceCount = 3_000;

    private readonly WordEmbeddings _generator = new();
    private readonly SourceRegistry _sources = new();
    private readonly List<Document> _corpus = [];

    public EmbeddingSourceRouterTests()
    {
        for (var source = 0; source < SourceCount; source++)
        {
            _sources.GetOrAdd($"source-{source}");
            _corpus.Add(new Document(Text(source), $"source-{source}"));
        }
    }

    public void Dispose() => _generator.Dispose();

    [Fact]
    public async Task Finds_what_an_exhaustive_search_in_whole_floats_finds()
    {
        var router = await Create();
        float[][] vectors = [.. _corpus.Select(document => _generator.Embed(document.Text))];
        string[] questions = [.. Enumerable.Range(0, 200).Select(i => $"{Text(i * 7)} {TinyModel.RandomText(new Random(i), 2)}")];
        var answers = router.Nearest(questions, 3, _ => true);

        foreach (var (question, answer) in questions.Zip(answers))
        {
            var embedded = _generator.Embed(question);
            var cosines = vectors.Select((vector, source) => (Source: _sources.GetId(source), Cosine: TensorPrimitives.CosineSimilarity(vector, embedded))).ToDictionary(pair => pair.Source, pair => pair.Cosine);
            var best = cosines.Values.OrderDescending().Take(3).ToArray();

            // Eight bits a component: a cosine is off by some thousandths, so that only near ties may change places.
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(cosines[answer[i].Source], answer[i].Score, 0.01f);
                Assert.Equal(best[i], cosines[answer[i].Source], 0.01f);
            }
        }
    }

    [Fact]
    public async Task A_sources_own_words_find_it_first()
    {
        var router = await Create();
        var answers = router.Nearest([.. _corpus.Take(500).Select(document => document.Text)], 1, _ => true);

        Assert.Equal(Enumerable.Range(0, 500).Select(_sources.GetId), answers.Select(answer => answer[0].Source));
    }

    [Fact]
    public async Task Never_finds_what_is_not_admissible()
    {
        var router = await Create();
        for (var trial = 0; trial < 30; trial++)
        {
            var random = new Random(trial);
            var left = Enumerable.Range(0, SourceCount).Where(_ => random.NextDouble() < trial / 29.0).Select(_sources.GetId).ToHashSet();
            var answer = router.Nearest([Text(random.Next(SourceCount))], 5, id => !left.Contains(id))[0];

            Assert.DoesNotContain(answer, found => left.Contains(found.Source));
            Assert.Equal(Math.Min(5, SourceCount - left.Count), answer.Count);
        }
    }

    [Fact]
    public void A_source_of_several_vectors_is_found_once_by_its_nearest()
    {
        KeyValuePair<string, ReadOnlyMemory<float>>[] vectors =
        [
            new("source-1", new float[] { 1, 0 }), new("source-2", new float[] { 1, 1 }), new("source-1", new float[] { 0, 1 }), new("nobody", new float[] { 0, 1 }), new("source-1", new float[] { 0, -1 }),
        ];
        using var fixedAnswer = new WordEmbeddings(2);
        var router = EmbeddingSourceRouter.FromVectors(fixedAnswer, vectors, _sources);
        var (x, y) = fixedAnswer.Embed("question") is [var first, var second] ? (first, second) : (0, 0);
        var length = Math.Sqrt((x * x) + (y * y));
        var answer = router.Nearest(["question"], 5, _ => true)[0];

        Assert.Equal(4, router.Count);
        Assert.Equal([_sources.GetId(1), _sources.GetId(2)], answer.Select(found => found.Source).OrderBy(id => id == _sources.GetId(1) ? 0 : 1));
        Assert.Equal(Math.Max(x, Math.Abs(y)) / length, answer.Single(found => found.Source == _sources.GetId(1)).Score, 0.01);
    }

    [Fact]
    public async Task Texts_of_no_source_or_of_an_unknown_one_are_not_embedded()
    {
        using var generator = new WordEmbeddings();
        var router = await EmbeddingSourceRouter.CreateAsync(generator, [new Document("general", null), new Document("amber dune", "source-4"), new Document("ember", "nobody")], _sources);

        Assert.Equal(1, router.Count);
        Assert.Equal(_sources.GetId(4), Assert.Single(router.Nearest(["ember"], 3, _ => true)[0]).Source);
    }

    [Fact]
    public async Task Saved_and_loaded_it_answers_the_same()
    {
        using var folder = new TemporaryFolder();
        var router = await Create();
        router.Save(folder["vectors"]);
        var loaded = EmbeddingSourceRouter.Load(folder["vectors"], _generator);

        Assert.Equal(router.Nearest([Text(9), "amber"], 4, _ => true).SelectMany(answer => answer), loaded.Nearest([Text(9), "amber"], 4, _ => true).SelectMany(answer => answer));
    }

    [Fact]
    public async Task Every_cut_or_changed_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        (await EmbeddingSourceRouter.CreateAsync(_generator, _corpus.Take(5), _sources)).Save(folder["vectors"]);
        var whole = File.ReadAllBytes(folder["vectors"]);
        for (var place = 0; place < whole.Length; place++)
        {
            File.WriteAllBytes(folder["cut"], whole[..place]);
            Assert.Throws<InvalidDataException>(() => EmbeddingSourceRouter.Load(folder["cut"], _generator));

            byte[] changed = [.. whole];
            changed[place] ^= 0x10;
            File.WriteAllBytes(folder["changed"], changed);
            Assert.Throws<InvalidDataException>(() => EmbeddingSourceRouter.Load(folder["changed"], _generator));
        }
    }

    [Fact]
    public async Task A_file_whose_digest_is_right_and_a_component_out_of_range_is_refused()
    {
        using var folder = new TemporaryFolder();
        (await EmbeddingSourceRouter.CreateAsync(_generator, _corpus.Take(1), _sources)).Save(folder["vectors"]);
        var whole = File.ReadAllBytes(folder["vectors"]);
        var content = whole.AsSpan(0, whole.Length - SHA256.HashSizeInBytes);
        content[^1] = 0x80;
        SHA256.HashData(content, whole.AsSpan(content.Length));
        File.WriteAllBytes(folder["vectors"], whole);

        Assert.Contains("-128", Assert.Throws<InvalidDataException>(() => EmbeddingSourceRouter.Load(folder["vectors"], _generator)).Message);
    }

    [Fact]
    public async Task Without_a_source_its_id_and_its_vector_are_gone_from_the_file()
    {
        using var folder = new TemporaryFolder();
        var router = await Create();
        var without = router.Without(_sources.GetId(17));
        router.Save(folder["with"]);
        without.Save(folder["without"]);
        var id = BitConverter.GetBytes(_sources.GetId(17).Value);
        var with = File.ReadAllBytes(folder["with"]);
        var place = with.AsSpan().IndexOf(id);

        Assert.Equal(SourceCount - 1, without.Count);
        Assert.True(place > 0);
        Assert.Equal(-1, File.ReadAllBytes(folder["without"]).AsSpan().IndexOf(id));
        Assert.Equal(-1, File.ReadAllBytes(folder["without"]).AsSpan().IndexOf(with.AsSpan(place + 12, _generator.Embed("x").Length)));
    }

    [Fact]
    public async Task Questions_of_another_length_are_an_error_that_names_both()
    {
        using var folder = new TemporaryFolder();
        (await Create()).Save(folder["vectors"]);
        using var other = new WordEmbeddings(60);
        var error = Assert.Throws<InvalidOperationException>(() => EmbeddingSourceRouter.Load(folder["vectors"], other).Nearest(["amber"], 1, _ => true));

        Assert.Contains("60", error.Message);
        Assert.Contains("50", error.Message);
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(float.NaN, 1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    public void Vectors_without_a_direction_are_refused(float x, float y) => Assert.Throws<InvalidOperationException>(() =>
        EmbeddingSourceRouter.FromVectors(_generator, [new("source-1", new[] { x, y })], _sources));

    [Fact]
    public async Task A_corpus_of_other_keys_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => EmbeddingSourceRouter.CreateAsync(_generator, [new Document("amber", "nobody")], _sources));

    private static string Text(int source) => $"{TinyModel.RandomText(new Random(source), 6)} only{source} mine{source * 31}";

    private Task<EmbeddingSourceRouter> Create() => EmbeddingSourceRouter.CreateAsync(_generator, _corpus, _sources);
}
