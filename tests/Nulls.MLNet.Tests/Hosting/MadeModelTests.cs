using Microsoft.Extensions.DependencyInjection;
using Nulls.Inference;
using Nulls.MLNet.Hosting;

namespace Nulls.MLNet.Tests.Hosting;

/// <summary>A model that the application makes at its first start, and loads afterwards.</summary>
public class MadeModelTests
{
    [Fact]
    public async Task It_is_made_once_saved_and_loaded_afterwards()
    {
        await using var hosted = new HostedModel();
        Directory.Delete(hosted.ModelPath, recursive: true);
        var count = 0;
        void Make(NullsServiceOptions o) => o.LoadModel = (_, _) => Task.FromResult(Interlocked.Increment(ref count) > 0 ? TinyModel.Bundle.Share() : throw new InvalidOperationException());
        for (var start = 0; start < 2; start++)
        {
            var scorer = (await hosted.StartAsync(Make)).GetRequiredService<INullsScorer>();
            await scorer.WaitUntilReadyAsync();
            Assert.Equal(TinyModel.Bundle.ModelDigest, scorer.Model.ModelDigest);
        }

        Assert.Equal(1, count);
    }

    [Fact]
    public async Task None_is_saved_where_its_ledger_could_not_be_made()
    {
        await using var hosted = new HostedModel();
        Directory.Delete(hosted.ModelPath, recursive: true);
        Directory.CreateDirectory(hosted.LedgerPath + ".lock");
        var scorer = (await hosted.StartAsync(o => o.LoadModel = (_, _) => Task.FromResult(TinyModel.Bundle.Share()))).GetRequiredService<INullsScorer>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => scorer.WaitUntilReadyAsync());
        Assert.False(Directory.Exists(hosted.ModelPath));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task None_is_made_where_the_ledger_or_its_key_is_lost(bool isKeyLost)
    {
        await using var hosted = new HostedModel();
        Directory.Delete(hosted.ModelPath, recursive: true);
        if (isKeyLost)
            File.Delete(hosted.KeyPath);
        var isMade = false;
        var scorer = (await hosted.StartAsync(o => (o.CreateLedger, o.LoadModel) = (isKeyLost, (_, _) =>
        {
            isMade = true;
            return Task.FromResult(TinyModel.Bundle.Share());
        }
        ))).GetRequiredService<INullsScorer>();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => scorer.WaitUntilReadyAsync());
        Assert.Contains(isKeyLost ? hosted.KeyPath : hosted.LedgerPath, error.InnerException!.Message); // Why is always told.
        Assert.False(isMade);
    }

    [Fact]
    public async Task Waiting_until_it_serves_can_be_given_up_without_ending_the_loading()
    {
        await using var hosted = new HostedModel();
        var isThere = new TaskCompletionSource<NullsBundle>();
        var scorer = (await hosted.StartAsync(o => (o.ModelPath, o.LoadModel) = (null, (_, _) => isThere.Task))).GetRequiredService<INullsScorer>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scorer.WaitUntilReadyAsync(patience.Token));
        isThere.SetResult(TinyModel.Bundle.Share());
        await scorer.WaitUntilReadyAsync();
        Assert.Equal(SinkState.Own, (await scorer.ScoreAsync(HostedModel.TextOf(0))).SinkState);
    }
}
