using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nulls.Inference;
using Nulls.MLNet.Hosting;

namespace Nulls.MLNet.Tests.Hosting;

public class ServingTests
{
    [Theory]
    [InlineData("exactly one", "OpenModel")]
    [InlineData("LedgerPath and LedgerDatabase", "Database")]
    [InlineData("LedgerKey and LedgerKeyPath", "NoKey")]
    [InlineData("MaxBatchSize must be 1 or more", "Batch")]
    [InlineData("LedgerPollInterval must be", "Interval")]
    [InlineData("MaxTokens", "Generation")]
    public async Task Wrong_options_stop_the_start_with_a_sentence(string sentence, string fault)
    {
        await using var hosted = new HostedModel();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => hosted.StartAsync(o =>
        {
            switch (fault)
            {
                case "OpenModel": o.OpenModel = () => Stream.Null; break;
                case "Database": o.LedgerDatabase = _ => throw new NotSupportedException(); break;
                case "NoKey": o.LedgerKeyPath = null; break;
                case "Batch": o.MaxBatchSize = 0; break;
                case "Interval": o.LedgerPollInterval = TimeSpan.Zero; break;
                default: o.Generation = new GenerationOptions { MaxTokens = 0 }; break;
            }
        }));
        Assert.Contains(sentence, error.Message);
    }

    [Fact]
    public async Task A_full_queue_fails_the_request_and_a_cancelled_one_makes_room()
    {
        await using var hosted = new HostedModel();
        var isThere = new TaskCompletionSource<NullsBundle>();
        var services = await hosted.StartAsync(o => (o.ModelPath, o.LoadModel, o.QueueCapacity, o.MaxBatchSize) = (null, (_, _) => isThere.Task, 2, 1));
        var scorer = services.GetRequiredService<INullsScorer>();
        using var cancellation = new CancellationTokenSource();

        // The worker holds the first until the model is there.
        var first = scorer.ScoreAsync(HostedModel.TextOf(0));
        await HostedModel.UntilAsync(() => Task.FromResult(services.GetRequiredKeyedService<ModelHost>("").Scores.Count == 0));
        var second = scorer.ScoreAsync(HostedModel.TextOf(0));
        var third = scorer.ScoreAsync(HostedModel.TextOf(0), cancellationToken: cancellation.Token);
        Assert.Contains("full", (await Assert.ThrowsAsync<InvalidOperationException>(() => scorer.ScoreAsync(HostedModel.TextOf(0)))).Message);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        var fourth = scorer.ScoreAsync(HostedModel.TextOf(0));
        isThere.SetResult(TinyModel.Bundle.Share());
        Assert.All(await Task.WhenAll(first, second, fourth), result => Assert.Equal(SinkState.Own, result.SinkState));
    }

    [Fact]
    public async Task What_waits_is_answered_when_the_application_stops_and_what_comes_later_is_refused()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync();
        var scorer = services.GetRequiredService<INullsScorer>();
        var pending = Enumerable.Range(0, 50).Select(i => scorer.ScoreAsync(HostedModel.TextOf(i % 8))).ToArray();
        await services.GetRequiredKeyedService<ModelHost>("").StopAsync(CancellationToken.None);
        Assert.All(await Task.WhenAll(pending), result => Assert.Equal(SinkState.Own, result.SinkState));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scorer.ScoreAsync(HostedModel.TextOf(0)));
    }

    [Fact]
    public async Task Requests_that_wait_are_answered_as_the_bundle_answers()
    {
        await using var hosted = new HostedModel();
        var scorer = (await hosted.StartAsync()).GetRequiredService<INullsScorer>();
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => scorer.ScoreAsync(HostedModel.TextOf(i % 8))));
        for (var i = 0; i < results.Length; i++)
            Assert.Equal(TinyModel.Bundle.Score([HostedModel.TextOf(i % 8)], ScoringOutputs.LogProbabilities)[0].Score, results[i].Score, 1e-4f);
        Assert.Equal(TinyModel.Width, (await scorer.GetFeaturesAsync("In house 1")).Count);
    }

    [Fact]
    public async Task A_chat_is_continued_with_its_source_options_usage_and_reason()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync();
        var chat = services.GetRequiredService<IChatClient>();
        var options = new ChatOptions { MaxOutputTokens = 3, Temperature = 0, AdditionalProperties = new() { ["source"] = "house-1" } };
        var response = await chat.GetResponseAsync([new ChatMessage(ChatRole.User, "In house 1 lives")], options);
        var expected = await services.GetRequiredService<INullsScorer>().CompleteAsync(new ScoringRequest("In house 1 lives", "house-1"), new GenerationOptions { MaxTokens = 3 });
        Assert.Equal(expected.Completion, response.Text);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal(3, response.Usage?.OutputTokenCount);
        Assert.Equal(TinyModel.Bundle.Tokenizer.Encode("In house 1 lives").Length, response.Usage?.InputTokenCount);
        Assert.Equal(TinyModel.Bundle.ModelDigest, response.ModelId);
    }

    [Fact]
    public async Task A_streamed_chat_is_the_same_text()
    {
        await using var hosted = new HostedModel();
        var chat = (await hosted.StartAsync()).GetRequiredService<IChatClient>();
        var options = new ChatOptions { MaxOutputTokens = 6, StopSequences = ["."] };
        ChatMessage[] messages = [new(ChatRole.User, "In house 1 lives")];
        var streamed = await chat.GetStreamingResponseAsync(messages, options).ToChatResponseAsync();
        var whole = await chat.GetResponseAsync(messages, options);
        Assert.Equal((whole.Text, whole.FinishReason, whole.Usage?.OutputTokenCount), (streamed.Text, streamed.FinishReason, streamed.Usage?.OutputTokenCount));
    }

    [Fact]
    public async Task A_chat_counts_the_tokens_that_were_written_also_where_their_text_has_fewer()
    {
        await using var hosted = new HostedModel();
        var chat = (await hosted.StartAsync()).GetRequiredService<IChatClient>();
        var others = 0;
        for (var seed = 0; seed < 8; seed++)
        {
            // So hot that tokens come in an order that the tokenizer would not give them.
            var options = new ChatOptions { MaxOutputTokens = 12, Temperature = 50, Seed = seed };
            ChatMessage[] messages = [new(ChatRole.User, "In house 1")];
            var whole = await chat.GetResponseAsync(messages, options);
            var streamed = await chat.GetStreamingResponseAsync(messages, options).ToChatResponseAsync();
            Assert.Equal((whole.Text, whole.FinishReason, whole.Usage?.OutputTokenCount), (streamed.Text, streamed.FinishReason, streamed.Usage?.OutputTokenCount));
            Assert.Equal(whole.FinishReason == ChatFinishReason.Length, whole.Usage?.OutputTokenCount == 12);
            others += TinyModel.Bundle.Tokenizer.Encode(whole.Text).Length == whole.Usage?.OutputTokenCount ? 0 : 1;
        }

        Assert.True(others > 0);
    }

    [Fact]
    public async Task A_chat_that_a_stop_string_ends_at_its_last_token_was_not_cut()
    {
        await using var hosted = new HostedModel();
        var chat = (await hosted.StartAsync()).GetRequiredService<IChatClient>();
        var request = new ScoringRequest("In house 1 lives", "house-1");
        string[] pieces = [.. TinyModel.Bundle.StreamCompletion(request, new GenerationOptions { MaxTokens = 3 })];
        Assert.Equal(3, pieces.Length);
        var options = new ChatOptions { MaxOutputTokens = 3, Temperature = 0, StopSequences = [pieces[1] + pieces[2]], AdditionalProperties = new() { ["source"] = "house-1" } };
        var response = await chat.GetResponseAsync([new ChatMessage(ChatRole.User, request.Text)], options);
        Assert.Equal((pieces[0], ChatFinishReason.Stop, 3), (response.Text, response.FinishReason, response.Usage?.OutputTokenCount));
    }

    [Fact]
    public async Task A_chat_with_tools_is_refused()
    {
        await using var hosted = new HostedModel();
        var chat = (await hosted.StartAsync()).GetRequiredService<IChatClient>();
        await Assert.ThrowsAsync<NotSupportedException>(() => chat.GetResponseAsync([new ChatMessage(ChatRole.User, "a")], new ChatOptions { Tools = [new HostedWebSearchTool()] }));
    }

    [Fact]
    public async Task Logs_hold_no_text_and_no_key()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync();
        await services.GetRequiredService<INullsScorer>().ScoreAsync(HostedModel.TextOf(4));
        await services.GetRequiredService<IUnlearningService>().UnlearnAsync(["house-4"], HostedModel.Request);
        await Assert.ThrowsAsync<ArgumentException>(() => services.GetRequiredService<IUnlearningService>().UnlearnAsync(["nobody-at-home"], HostedModel.Request));
        Assert.Contains(hosted.Logged, line => line.Contains("Disable of 1 sources", StringComparison.Ordinal));
        Assert.DoesNotContain(hosted.Logged, line => line.Contains("house-4", StringComparison.Ordinal) || line.Contains("lives", StringComparison.Ordinal) || line.Contains("nobody-at-home", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_meter_counts_requests_and_orders()
    {
        var (counts, listener) = Listen("metered");
        using var listening = listener;
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync(with: builder => builder.Services.AddNulls("metered", o => o.ModelPath = hosted.ModelPath));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => services.GetRequiredKeyedService<INullsScorer>("metered").ScoreAsync(HostedModel.TextOf(0))));
        await services.GetRequiredKeyedService<IUnlearningService>("metered").UnlearnAsync(["house-1"], HostedModel.Request);
        await HostedModel.UntilAsync(() => Task.FromResult(counts.GetValueOrDefault("nulls.requests answered") == 10));
        Assert.Equal(1, counts["nulls.orders "]);
    }

    [Fact]
    public async Task The_meter_counts_once_what_is_refused_and_what_is_cancelled_while_it_waits()
    {
        var (counts, listener) = Listen("full");
        using var listening = listener;
        await using var hosted = new HostedModel();
        var isThere = new TaskCompletionSource<NullsBundle>();
        var services = await hosted.StartAsync(with: builder => builder.Services.AddNulls("full", o => (o.LoadModel, o.QueueCapacity, o.MaxBatchSize) = ((_, _) => isThere.Task, 2, 1)));
        var scorer = services.GetRequiredKeyedService<INullsScorer>("full");
        using var cancellation = new CancellationTokenSource();

        var first = scorer.ScoreAsync(HostedModel.TextOf(0));
        await HostedModel.UntilAsync(() => Task.FromResult(services.GetRequiredKeyedService<ModelHost>("full").Scores.Count == 0));
        var second = scorer.ScoreAsync(HostedModel.TextOf(0), cancellationToken: cancellation.Token);
        var third = scorer.ScoreAsync(HostedModel.TextOf(0), cancellationToken: cancellation.Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => scorer.ScoreAsync(HostedModel.TextOf(0), cancellationToken: cancellation.Token));
        await cancellation.CancelAsync();
        isThere.SetResult(TinyModel.Bundle.Share());
        await first;
        Assert.True(second.IsCanceled && third.IsCanceled);
        await HostedModel.UntilAsync(() => Task.FromResult(counts.GetValueOrDefault("nulls.requests answered") == 1));
        Assert.Equal(2, counts["nulls.requests cancelled"]);
        Assert.Equal(1, counts["nulls.requests failed"]);
    }

    // What one model counts, by instrument and outcome.
    private static (ConcurrentDictionary<string, long> Counts, MeterListener Listener) Listen(string model)
    {
        var counts = new ConcurrentDictionary<string, long>();
        var listener = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Name == "Nulls.MLNet") listener.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var all = tags.ToArray();
            if (all.Contains(new("nulls.model", model)))
                counts.AddOrUpdate($"{instrument.Name} {all.FirstOrDefault(tag => tag.Key == "nulls.outcome").Value}", value, (_, sum) => sum + value);
        });
        listener.Start();
        return (counts, listener);
    }
}
