using System.CommandLine;
using Nulls.Benchmarks;
using Nulls.Torch;

// Every benchmark, in the order of the summary. Ranks go first, while this process holds no memory that they could want.
IBenchmark[] all = [new RanksBenchmark(), new MlpBenchmark(), new StepBenchmark(), new PrefillBenchmark(), new DecodeBenchmark(), new ScoreBenchmark(), new UnlearnBenchmark(), new SourcesBenchmark(), new IndexBenchmark(), new EmbeddingBenchmark(), new CorpusBenchmark(), new GroupedBenchmark(), new RecomputeBenchmark()];

// What a whole run must have measured.
string[] needed =
[
    "mlp.docs1", "mlp.docs4", "mlp.docs8", "step.paper", "step.smallBf16", "step.peakFraction", "decode.batch1", "decode.batch8",
    "decode.paperBandwidthFraction", "prefill.paperPeakFraction", "score.dataView", "unlearn.milliseconds", "sources.buildSeconds",
    "sources.megabytes", "sources.allocationMicroseconds", "mpi.twoRanks",
];

var summary = new Option<FileInfo?>("--summary") { Description = "Writes every figure to this JSON file." };
var only = new Option<string[]>("--only") { Description = "Runs these benchmarks alone, by name: " + string.Join(", ", all.Select(benchmark => benchmark.Name)), AllowMultipleArgumentsPerToken = true };
var threads = new Option<int[]>("--threads") { Description = "The numbers of threads to measure with; the summary's figures are the first's.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 2] };
var markdown = new Option<FileInfo?>("--markdown") { Description = "Writes the figures as a table to this Markdown file, between its marks." };
var device = new Option<string?>("--device") { Description = "Instead of all that: times training steps of the paper's model on this device, such as cuda:0." };
var tiny = new Option<bool>("--tiny") { Description = "With --device: a tiny model, to try the way." };
var rank = new Option<string[]>(RanksBenchmark.RankOption) { Hidden = true, AllowMultipleArgumentsPerToken = true };
var command = new RootCommand("Measures what Nulls.MLNet claims of its speed, each as a ratio inside one run.") { summary, markdown, only, threads, device, tiny, rank };
command.SetAction(parsed =>
{
    NativeBackend.EnsureLoaded();
    if (parsed.GetValue(rank) is [var rankFile, var rows])
    {
        RanksBenchmark.RunRank(rankFile, int.Parse(rows));
        return 0;
    }

    if (parsed.GetValue(device) is { } deviceName)
    {
        DeviceStep.Run(deviceName, parsed.GetValue(tiny));
        return 0;
    }

    var names = parsed.GetValue(only) ?? [];
    if (names.FirstOrDefault(name => all.All(benchmark => benchmark.Name != name)) is { } unknown)
    {
        Console.Error.WriteLine($"There is no benchmark '{unknown}'; there are {string.Join(", ", all.Select(benchmark => benchmark.Name))}.");
        return 1;
    }

    var report = new SummaryReport(needed);
    foreach (var threadCount in parsed.GetValue(threads)!)
    {
        foreach (var benchmark in all.Where(benchmark => names.Length == 0 ? benchmark.IsInSummary : names.Contains(benchmark.Name)))
        {
            if (report.ThreadCounts.Count > 0 && threadCount != report.ThreadCounts[0] && !benchmark.DependsOnThreads)
                continue;

            TorchSharp.torch.set_num_threads(threadCount);
            foreach (var figure in benchmark.Run(threadCount))
                report.Add(threadCount, figure);
        }
    }

    if (parsed.GetValue(summary) is { } file)
        report.Write(file.FullName);
    if (parsed.GetValue(markdown) is { } page)
        report.WriteTable(page.FullName);
    if (names.Length == 0 && report.Missing.ToArray() is { Length: > 0 } missing)
    {
        Console.Error.WriteLine($"No benchmark measured {string.Join(", ", missing)}.");
        return 1;
    }

    return 0;
});
return command.Parse(args).Invoke();
