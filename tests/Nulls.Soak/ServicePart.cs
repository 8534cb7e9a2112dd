using Nulls.Benchmarks;
using Nulls.Inference;

namespace Nulls.Soak;

/// <summary>Clients ask while sources are deleted and restored: errors, answers from deleted sources, latency against quiet times, memory.</summary>
internal sealed class ServicePart : ISoakPart
{
    private const int ClientCount = 64;

    public string Name => "soak";

    public async IAsyncEnumerable<Figure> RunAsync(SoakSetting setting)
    {
        var questions = EncyclopediaModel.FindQuestions(setting.ModelFolder);
        var (time, quietTime, orderCount) = (TimeSpan.FromSeconds(setting.Count(60, 6)), TimeSpan.FromSeconds(setting.Count(15, 3)), setting.Count(1_000, 100));
        await using var host = await SoakHost.StartAsync(setting.ModelFolder, setting.NewFolder("soak"));
        var sources = host.Watch(questions);
        var findings = new Findings();
        var clients = new Clients(host.Scorer, sources, findings);
        var orders = new Orders(host.Unlearning, [.. sources.Take(sources.Count / 2)], findings);

        // Half of the sources are never deleted: their answers must not change. Quiet times lie before and after.
        await clients.RunAsync(ClientCount, quietTime);
        var before = await clients.RunAsync(ClientCount, quietTime);
        LatencyHistogram busy;
        double growth;
        await using (var memory = new MemoryWatch())
        {
            var giving = Task.Run(() => orders.GiveAsync(orderCount, time));
            busy = await clients.RunAsync(ClientCount, time);
            growth = memory.GrowthMegabytes;
            await giving;
        }

        var after = await clients.RunAsync(ClientCount, quietTime);
        findings.RequireAnswersAfterDeletion(setting.Count(1_000, 50));
        var quiet = (before.Quantile(0.99) + after.Quantile(0.99)) / 2;
        yield return new Figure("soak.errors", findings.Errors, 0, IsUpperBound: true,
            $"{ClientCount} clients, {findings.Answers:N0} answers about {questions.Count} facts of {sources.Count} sources, {busy.Count / time.TotalSeconds:N0} a second while {orderCount:N0} deletions and restorations came in {time.TotalSeconds:0} s; an answer that did not know a source in use, or whose words contradict the sources it reports, counts too{findings.InWords}");
        yield return new Figure("soak.staleAnswers", findings.StaleAnswers, 0, IsUpperBound: true,
            $"of {findings.AfterDeletion:N0} answers that came after the deletion of their source was acknowledged, {findings.UnderWay:N0} of them under way then; judged by the fact and by the sources reported");
        yield return new Figure("soak.p99Ratio", busy.Quantile(0.99) / quiet, 2, IsUpperBound: true,
            $"99 of 100 within {busy.Quantile(0.99):0.0} ms, and {before.Quantile(0.99):0.0} and {after.Quantile(0.99):0.0} ms when no order came, before and after; medians {busy.Quantile(0.5):0.0}, {before.Quantile(0.5):0.0} and {after.Quantile(0.5):0.0} ms");
        yield return new Figure("soak.memoryGrowthMegabytes", growth, 10, IsUpperBound: true,
            $"of the process within these {time.TotalSeconds:0} s: the median of the last fifth over that of the first; a deletion among the requests was acknowledged within {orders.Deletions.Quantile(0.5):0.0} ms in the median, 99 of 100 within {orders.Deletions.Quantile(0.99):0.0} ms");
        yield return await RouteAsync(setting, questions);
    }

    // No request names a source; each is routed by its text. Who is deleted must not be among those who answer.
    private static async Task<Figure> RouteAsync(SoakSetting setting, IReadOnlyList<KnownQuestion> questions)
    {
        var (time, orderCount) = (TimeSpan.FromSeconds(setting.Count(20, 4)), setting.Count(330, 60));
        await using var host = await SoakHost.StartAsync(setting.ModelFolder, setting.NewFolder("routed"), o => o.Routing = SinkRouting.NearestSources);
        var sources = host.Watch(questions);
        var findings = new Findings();
        var orders = new Orders(host.Unlearning, [.. sources.Take(sources.Count / 2)], findings);
        var giving = Task.Run(() => orders.GiveAsync(orderCount, time));
        await new RoutedClients(host.Scorer, sources, findings).RunAsync(ClientCount, time);
        await giving;
        findings.RequireAnswersAfterDeletion(setting.Count(200, 10));
        return new Figure("soak.routedStaleAnswers", findings.StaleAnswers + findings.Errors, 0, IsUpperBound: true,
            $"of {findings.Answers:N0} questions without a source, {findings.AfterDeletion:N0} of them about a source whose deletion was acknowledged: answers in which its sinks ran, and errors{findings.InWords}");
    }
}
