using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Hosting;

public class OrdersInMemoryTests
{
    [Fact]
    public async Task Orders_without_a_ledger_outlive_a_replaced_model()
    {
        await using var hosted = new HostedModel();
        var services = await StartAsync(hosted);
        await HostedModel.UnlearnAsync(services, "house-1", "house-2");
        await HostedModel.Unlearning(services).RestoreAsync(["house-2"], HostedModel.Request);
        await HostedModel.Unlearning(services).EraseAsync(["house-3"], HostedModel.Request);
        TinyModel.Bundle.Save(hosted.ModelPath);

        await HostedModel.Unlearning(services).ReplaceModelAsync();

        SinkState[] expected = [SinkState.Backbone, SinkState.Own, SinkState.Backbone, SinkState.Own];
        for (var house = 1; house <= expected.Length; house++)
            Assert.Equal(expected[house - 1], await HostedModel.StateOfAsync(services, TinyModel.Sources[house]));
        Assert.Equal(SourceStatus.Erased, HostedModel.Unlearning(services).GetStatus("house-3"));
        Assert.NotEqual(TinyModel.Bundle.ModelDigest, HostedModel.Unlearning(services).Model.ModelDigest);
    }

    [Fact]
    public async Task A_model_of_another_salt_is_refused_once_there_are_orders_and_the_earlier_one_serves()
    {
        await using var hosted = new HostedModel();
        var services = await StartAsync(hosted, o =>
        {
            var loads = 0;
            (o.ModelPath, o.LoadModel) = (null, (_, _) => Task.FromResult(loads++ == 0 ? TinyModel.Bundle.Share() : OtherSalt()));
        });
        await HostedModel.UnlearnAsync(services, "house-1");

        var error = await Assert.ThrowsAsync<ArgumentException>(() => HostedModel.Unlearning(services).ReplaceModelAsync());

        Assert.Contains("SourceSalt", error.Message);
        Assert.Equal(SinkState.Backbone, await HostedModel.StateOfAsync(services, "house-1"));
        Assert.Equal(SinkState.Own, await HostedModel.StateOfAsync(services, "house-2"));
    }

    [Fact]
    public void Orders_hold_no_key()
    {
        // Walks all that the object holds, as a dump of the process would show it.
        var sources = new SourceRegistry();
        string[] keys = ["someone-with-a-name"];
        sources.GetOrAdd(keys[0]);
        var orders = new OrdersInMemory();
        orders.Add(LedgerAction.Erase, keys, sources);

        Assert.True(orders.IsErased(keys[0]));
        Assert.DoesNotContain(ObjectGraph.Texts(orders), text => text.Contains(keys[0], StringComparison.Ordinal));
    }

    private static Task<IServiceProvider> StartAsync(HostedModel hosted, Action<NullsServiceOptions>? options = null) => hosted.StartAsync(o =>
    {
        (o.LedgerPath, o.LedgerKeyPath, o.CreateLedger) = (null, null, false);
        options?.Invoke(o);
    });

    private static NullsBundle OtherSalt() => NullsBundle.Train(
        [.. TinyModel.Corpus.Select(row => new Nulls.Text.Document(row.Text, row.Source))],
        new NullsBundleOptions { Model = TinyModel.Options.Model, Tokenizer = TinyModel.Options.Tokenizer, Training = TinyModel.Options.Training with { Passes = 1 } });
}
