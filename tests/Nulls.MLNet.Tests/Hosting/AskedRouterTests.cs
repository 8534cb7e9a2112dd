using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Text;

namespace Nulls.MLNet.Tests.Hosting;

/// <summary>A user's router is asked before a request waits for the model, and nothing else waits for it.</summary>
public class AskedRouterTests
{
    private static readonly GenerationOptions FourTokens = new() { MaxTokens = 4 };

    [Fact]
    public async Task A_router_that_hangs_delays_no_request_that_it_is_not_asked_about()
    {
        await using var hosted = new HostedModel();
        using var generator = new GatedEmbeddings();
        var services = await StartAsync(hosted, generator);
        var scorer = services.GetRequiredService<INullsScorer>();
        generator.Close();
        // As many as could be asked at once, and one more.
        var routed = Enumerable.Range(0, 5).Select(house => scorer.ScoreAsync(Question(house))).ToArray();
        await using var stream = scorer.StreamAsync(Question(0), FourTokens).GetAsyncEnumerator();
        var piece = stream.MoveNextAsync().AsTask();
        await HostedModel.UntilAsync(() => Task.FromResult(generator.Waiting > 0));

        for (var i = 0; i < 20; i++)
            Assert.Equal(SinkState.Own, await HostedModel.StateOfAsync(services, "house-1").WaitAsync(TimeSpan.FromSeconds(10)));

        Assert.DoesNotContain(routed, answer => answer.IsCompleted);
        Assert.False(piece.IsCompleted);
        generator.Open();
        Assert.All(await Task.WhenAll(routed), answer => Assert.Equal(SinkState.Routed, answer.SinkState));
        Assert.True(await piece);
    }

    [Fact]
    public async Task Routed_answers_are_those_of_the_bundle_with_the_router()
    {
        await using var hosted = new HostedModel();
        using var generator = new GatedEmbeddings();
        var services = await StartAsync(hosted, generator);
        var scorer = services.GetRequiredService<INullsScorer>();
        generator.Close();
        var before = generator.Calls;
        var asked = Enumerable.Range(0, 40).Select(i => scorer.CompleteAsync(Question(i % 8), FourTokens)).ToArray();
        await HostedModel.UntilAsync(() => Task.FromResult(generator.Waiting > 0));
        generator.Open();
        var answers = await Task.WhenAll(asked);
        var calls = generator.Calls - before;
        using var bundle = HostedModel.Unlearning(services).OpenBundle();
        for (var i = 0; i < answers.Length; i++)
        {
            var expected = bundle.Score([Question(i % 8)], ScoringOutputs.Completion | ScoringOutputs.SinkState, FourTokens)[0];
            Assert.Equal(expected.Completion, answers[i].Completion);
            Assert.Equal(expected.SinkSources, answers[i].SinkSources);
        }

        Assert.InRange(calls, 1, 10); // Those that waited were asked about together.
    }

    [Fact]
    public async Task A_request_that_is_cancelled_cancels_the_call_that_is_made_for_it_alone()
    {
        await using var hosted = new HostedModel();
        using var generator = new GatedEmbeddings();
        var services = await StartAsync(hosted, generator);
        generator.Close();
        using var cancellation = new CancellationTokenSource();
        var answer = services.GetRequiredService<INullsScorer>().ScoreAsync(Question(1), cancellationToken: cancellation.Token);
        await HostedModel.UntilAsync(() => Task.FromResult(generator.Waiting > 0));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await HostedModel.UntilAsync(() => Task.FromResult(generator.Cancelled > 0));
    }

    [Fact]
    public async Task A_source_that_is_deleted_while_its_question_waits_is_asked_about_anew()
    {
        await using var hosted = new HostedModel();
        using var generator = new GatedEmbeddings();
        var services = await StartAsync(hosted, generator);
        var scorer = services.GetRequiredService<INullsScorer>();
        var nearest = (await scorer.ScoreAsync(Question(3))).SinkSources;
        generator.Close();
        var answer = scorer.ScoreAsync(Question(3));
        await HostedModel.UntilAsync(() => Task.FromResult(generator.Waiting > 0));
        await HostedModel.UnlearnAsync(services, "house-3");
        generator.Open();

        var found = (await answer).SinkSources;
        Assert.True(TinyModel.Bundle.Sources.TryGetIndex("house-3", out var index));
        Assert.Contains(TinyModel.Bundle.Sources.GetId(index), nearest);
        Assert.DoesNotContain(TinyModel.Bundle.Sources.GetId(index), found);
        Assert.Equal(nearest.Count, found.Count);
    }

    [Fact]
    public async Task A_router_that_fails_for_one_text_fails_that_request_alone()
    {
        await using var hosted = new HostedModel();
        using var generator = new GatedEmbeddings();
        var services = await StartAsync(hosted, generator);
        var scorer = services.GetRequiredService<INullsScorer>();
        var answers = Enumerable.Range(0, 8).Select(house => scorer.ScoreAsync(house == 4 ? new ScoringRequest(GatedEmbeddings.Bad, null) : Question(house))).ToArray();
        Assert.Contains("No vector", (await Assert.ThrowsAsync<InvalidOperationException>(() => answers[4])).Message);
        Assert.All(await Task.WhenAll(answers.Where((_, house) => house != 4)), answer => Assert.Equal(SinkState.Routed, answer.SinkState));
    }

    [Fact]
    public async Task What_waits_for_a_router_is_answered_when_the_application_stops_and_ended_when_it_must()
    {
        await using var hosted = new HostedModel();
        using var generator = new GatedEmbeddings();
        var services = await StartAsync(hosted, generator);
        var host = services.GetRequiredKeyedService<ModelHost>("");
        generator.Close();
        var answer = services.GetRequiredService<INullsScorer>().ScoreAsync(Question(2));
        await HostedModel.UntilAsync(() => Task.FromResult(generator.Waiting > 0));
        var stop = host.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);
        generator.Open();
        await stop;
        Assert.Equal(SinkState.Routed, (await answer).SinkState);

        var others = await StartAsync(hosted, generator);
        generator.Close();
        var lost = others.GetRequiredService<INullsScorer>().ScoreAsync(Question(2));
        await HostedModel.UntilAsync(() => Task.FromResult(generator.Waiting > 0));
        await Record.ExceptionAsync(() => others.GetRequiredKeyedService<ModelHost>("").StopAsync(new CancellationToken(true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static ScoringRequest Question(int house) => new($"In house {house} lives", null);

    private static async Task<IServiceProvider> StartAsync(HostedModel hosted, GatedEmbeddings generator)
    {
        var services = await hosted.StartAsync(o =>
        {
            (o.ModelPath, o.Routing) = (null, null);
            o.LoadModel = async (_, cancellationToken) => TinyModel.Bundle.WithRouter(
                await EmbeddingSourceRouter.CreateAsync(generator, TinyModel.Sourced.Select(row => new Document(row.Text, row.Source)), TinyModel.Bundle.Sources, cancellationToken));
        });
        await HostedModel.StateOfAsync(services, "house-0"); // The model is there, and its texts are embedded.
        return services;
    }

    /// <summary>Embeddings by words, from a server that can be made to keep its answers.</summary>
    private sealed class GatedEmbeddings : IEmbeddingGenerator<string, Embedding<float>>
    {
        public const string Bad = "a text without a vector";

        private readonly WordEmbeddings _words = new();
        private volatile TaskCompletionSource _gate = Opened();
        private int _waiting;
        private int _cancelled;
        private int _calls;

        public int Waiting => Volatile.Read(ref _waiting);

        public int Cancelled => Volatile.Read(ref _cancelled);

        public int Calls => Volatile.Read(ref _calls);

        public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _gate.TrySetResult();

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _calls);
            Interlocked.Increment(ref _waiting);
            try
            {
                await _gate.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }

            return values.Contains(Bad) ? throw new InvalidOperationException("No vector.") : await _words.GenerateAsync(values, options, cancellationToken);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() => _words.Dispose();

        private static TaskCompletionSource Opened()
        {
            var gate = new TaskCompletionSource();
            gate.SetResult();
            return gate;
        }
    }
}
