using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Hosting.BadInput;

/// <summary>Requests that are wrong, too long, hostile or cancelled: a clear error or a sound answer, and the next request is served.</summary>
public sealed class RequestTests : IDisposable
{
    private static readonly GenerationOptions FourTokens = new() { MaxTokens = 4 };

    private readonly HostedModel _hosted = new();

    public void Dispose() => _hosted.Dispose();

    [Fact]
    public async Task An_unknown_source_is_named_and_nothing_is_recorded_for_the_known_one_beside_it()
    {
        var services = await _hosted.StartAsync();
        var error = await Assert.ThrowsAsync<ArgumentException>(() => HostedModel.UnlearnAsync(services, "house-1", "house-of-nobody"));
        Assert.Contains("'house-of-nobody'", error.Message);
        Assert.DoesNotContain("'house-1'", error.Message);
        Assert.Equal(0, _hosted.CountEntries());
        Assert.Equal(SinkState.Own, await HostedModel.StateOfAsync(services, "house-1"));
        Assert.Equal(SourceStatus.Unknown, HostedModel.Unlearning(services).GetStatus("house-of-nobody"));
    }

    [Theory]
    [InlineData()]
    [InlineData("")]
    public async Task No_source_and_the_empty_one_are_refused(params string[] sources)
    {
        var services = await _hosted.StartAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => HostedModel.UnlearnAsync(services, sources));
        Assert.Equal(0, _hosted.CountEntries());
    }

    [Fact]
    public async Task An_order_without_an_actor_is_refused_and_nothing_is_recorded()
    {
        var services = await _hosted.StartAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => HostedModel.Unlearning(services).UnlearnAsync(["house-1"], HostedModel.Request with { Actor = " " }));
        Assert.Equal(0, _hosted.CountEntries());
        Assert.Equal(SinkState.Own, await HostedModel.StateOfAsync(services, "house-1"));
    }

    [Fact]
    public async Task An_order_that_is_cancelled_beforehand_is_not_recorded()
    {
        var services = await _hosted.StartAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => HostedModel.Unlearning(services).UnlearnAsync(["house-1"], HostedModel.Request, new CancellationToken(true)));
        Assert.Equal(0, _hosted.CountEntries());
        Assert.Equal(SinkState.Own, await HostedModel.StateOfAsync(services, "house-1"));
    }

    [Fact]
    public async Task An_order_is_recorded_and_in_force_or_neither_whenever_it_is_cancelled()
    {
        var services = await _hosted.StartAsync();
        var random = new Random(1);
        for (var i = 0; i < 40; i++)
        {
            var entries = _hosted.CountEntries();
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(600)));
            var isAcknowledged = true;
            try
            {
                await HostedModel.Unlearning(services).UnlearnAsync(["house-1"], HostedModel.Request, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                isAcknowledged = false;
            }

            // An order that was cancelled too late may hold, for the ledger says so. What is recorded is in force.
            var isRecorded = _hosted.CountEntries() > entries;
            Assert.False(isAcknowledged && !isRecorded);
            if (!isAcknowledged && isRecorded)
                await Task.Delay(5 * HostedModel.PollInterval);
            Assert.Equal(isRecorded ? SinkState.Backbone : SinkState.Own, await HostedModel.StateOfAsync(services, "house-1"));
            if (isRecorded)
                await HostedModel.Unlearning(services).RestoreAsync(["house-1"], HostedModel.Request);
        }
    }

    [Fact]
    public async Task What_is_erased_is_not_restored_and_goes_on_being_erased()
    {
        var services = await _hosted.StartAsync();
        await HostedModel.Unlearning(services).EraseAsync(["house-1"], HostedModel.Request);
        await Assert.ThrowsAnyAsync<Exception>(() => HostedModel.Unlearning(services).RestoreAsync(["house-1"], HostedModel.Request));
        Assert.NotEqual(SinkState.Own, await HostedModel.StateOfAsync(services, "house-1"));
        Assert.Equal(SinkState.Own, await HostedModel.StateOfAsync(services, "house-2"));
    }

    [Fact]
    public async Task A_text_of_an_unknown_source_is_scored_without_sinks()
    {
        var scorer = (await _hosted.StartAsync()).GetRequiredService<INullsScorer>();
        Assert.Equal(SinkState.Backbone, (await scorer.ScoreAsync(new ScoringRequest("In house 1 lives an otter.", "house-of-nobody"))).SinkState);
    }

    [Fact]
    public async Task Texts_beyond_the_context_are_scored_and_continued()
    {
        var scorer = (await _hosted.StartAsync()).GetRequiredService<INullsScorer>();
        var text = string.Concat(Enumerable.Repeat("In house 1 lives a blind crow. ", 200));
        var scored = await scorer.ScoreAsync(new ScoringRequest(text, "house-1"));
        Assert.True(scored.TokenCount > TinyModel.Options.Model.ContextLength);
        Assert.True(float.IsFinite(scored.Score));
        Assert.NotEmpty((await scorer.CompleteAsync(new ScoringRequest(text + "In house 1 lives", "house-1"), FourTokens)).Completion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\ud800")]
    [InlineData("\udc00 crow \ud83d")]
    [InlineData("'; DROP TABLE nulls_ledger; --")]
    public async Task Hostile_texts_are_answered_and_so_is_the_next_request(string text)
    {
        var services = await _hosted.StartAsync();
        var scorer = services.GetRequiredService<INullsScorer>();
        await scorer.ScoreAsync(new ScoringRequest(text, "house-1"));
        await scorer.ScoreAsync(new ScoringRequest("an otter", "house-1", text));
        await scorer.CompleteAsync(new ScoringRequest(text, "house-1"), FourTokens);
        Assert.Equal(SinkState.Own, await HostedModel.StateOfAsync(services, "house-1"));
    }

    [Fact]
    public async Task A_key_that_is_no_valid_text_is_an_error_of_its_own_request_alone()
    {
        var services = await _hosted.StartAsync();
        var scorer = services.GetRequiredService<INullsScorer>();
        var bad = Record.ExceptionAsync(() => scorer.ScoreAsync(new ScoringRequest("an otter", "\ud800")));
        var good = Enumerable.Range(0, 8).Select(_ => HostedModel.StateOfAsync(services, "house-1")).ToArray();
        Assert.All(await Task.WhenAll(good), state => Assert.Equal(SinkState.Own, state));
        Assert.True(await bad is null or ArgumentException);
    }

    [Fact]
    public async Task Wrong_options_are_an_error_of_their_own_request_alone()
    {
        var services = await _hosted.StartAsync();
        var scorer = services.GetRequiredService<INullsScorer>();
        var bad = Assert.ThrowsAnyAsync<ArgumentException>(() => scorer.CompleteAsync(new ScoringRequest("In house 1", "house-1"), new GenerationOptions { MaxTokens = 0 }));
        var good = scorer.CompleteAsync(new ScoringRequest("In house 1 lives", "house-1"), FourTokens);
        Assert.Contains("MaxTokens", (await bad).Message);
        Assert.NotEmpty((await good).Completion);
    }

    [Fact]
    public async Task Cancelled_requests_say_so_and_the_others_of_their_batch_are_answered()
    {
        var services = await _hosted.StartAsync();
        var scorer = services.GetRequiredService<INullsScorer>();
        using var cancellation = new CancellationTokenSource();
        var request = new ScoringRequest("In house 1 lives a blind crow.", "house-1");
        var tasks = Enumerable.Range(0, 200).Select(i => scorer.ScoreAsync(request, ScoringOutputs.SinkState, i % 2 == 0 ? cancellation.Token : CancellationToken.None)).ToArray();
        await cancellation.CancelAsync();
        for (var i = 0; i < tasks.Length; i++)
        {
            try
            {
                Assert.Equal(SinkState.Own, (await tasks[i]).SinkState);
            }
            catch (OperationCanceledException) when (i % 2 == 0)
            {
                // Cancelled before it was answered.
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scorer.ScoreAsync(request, ScoringOutputs.SinkState, cancellation.Token));
    }

    [Fact]
    public async Task A_stream_that_is_left_or_cancelled_keeps_nothing_from_the_next()
    {
        var services = await _hosted.StartAsync();
        var scorer = services.GetRequiredService<INullsScorer>();
        var request = new ScoringRequest("In house 1 lives", "house-1");
        for (var i = 0; i < 20; i++)
        {
            await foreach (var _ in scorer.StreamAsync(request, FourTokens))
                break;
            using var cancellation = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var _ in scorer.StreamAsync(request, FourTokens, cancellation.Token))
                    await cancellation.CancelAsync();
                cancellation.Token.ThrowIfCancellationRequested();
            });
        }

        var text = new StringBuilder();
        await foreach (var piece in scorer.StreamAsync(request, FourTokens))
            text.Append(piece);
        Assert.Equal((await scorer.CompleteAsync(request, FourTokens)).Completion, text.ToString());
    }
}
