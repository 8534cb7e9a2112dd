using System.CommandLine;
using Nulls.Benchmarks;
using Nulls.Soak;

// Every part, in the order of the report.
ISoakPart[] all = [new ServicePart(), new LedgerPart(), new DeletePart(), new BatchingPart(), new PredictionsPart(), new RoutingPart()];
string[] needed =
[
    "soak.errors", "soak.staleAnswers", "soak.p99Ratio", "soak.memoryGrowthMegabytes", "ledger.cases", "ledger.lostAcknowledged", "delete.milliseconds",
    "delete.secondInstanceMilliseconds", "batching.ratio", "predictions.growthMegabytes", "routing.millisecondsAtMillion", "routing.recallAt1", "routing.embeddingMillisecondsAtMillion",
    "routing.embeddingRecallAt1",
];

var file = new Option<FileInfo?>("--out") { Description = "Writes every figure to this JSON file." };
var only = new Option<string[]>("--only") { Description = "Runs these parts alone, by name: " + string.Join(", ", all.Select(part => part.Name)), AllowMultipleArgumentsPerToken = true };
var quick = new Option<bool>("--quick") { Description = "Cuts each part to a few seconds, to see that it works; the figures are no measurement." };
var markdown = new Option<FileInfo?>("--markdown") { Description = "Writes the figures as a table to this Markdown file, between its marks." };
var model = new Option<string>("--model") { Description = "Where the model is kept once it is trained.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "nulls-soak-model") };
var second = new Option<string[]>(SecondInstance.Option) { Hidden = true, AllowMultipleArgumentsPerToken = true };
var command = new RootCommand("Shows that unlearning can be operated: a service under load while sources are deleted, crashes of its ledger, and the times they take.") { file, only, quick, markdown, model, second };
command.SetAction(async (parsed, _) =>
{
    if (parsed.GetValue(second) is [var modelFolder, var ledgerFolder])
    {
        await SecondInstance.RunAsync(modelFolder, ledgerFolder);
        return 0;
    }

    var names = parsed.GetValue(only) ?? [];
    if (names.FirstOrDefault(name => all.All(part => part.Name != name)) is { } unknown)
    {
        Console.Error.WriteLine($"There is no part '{unknown}'; there are {string.Join(", ", all.Select(part => part.Name))}.");
        return 1;
    }

    var scratch = Directory.CreateTempSubdirectory("nulls-soak-");
    try
    {
        var setting = new SoakSetting(parsed.GetValue(model)!, scratch.FullName, parsed.GetValue(quick)); // It has a default.
        EncyclopediaModel.EnsureSaved(setting.ModelFolder);
        var report = new SummaryReport(needed);
        foreach (var part in all.Where(part => names.Length == 0 || names.Contains(part.Name)))
        {
            await foreach (var figure in part.RunAsync(setting))
                report.Add(Environment.ProcessorCount, figure);
        }

        if (parsed.GetValue(file) is { } summary)
            report.Write(summary.FullName);
        if (parsed.GetValue(markdown) is { } page)
            report.WriteTable(page.FullName);
        if (names.Length == 0 && report.Missing.ToArray() is { Length: > 0 } missing)
        {
            Console.Error.WriteLine($"No part measured {string.Join(", ", missing)}.");
            return 1;
        }

        return 0;
    }
    finally
    {
        scratch.Delete(recursive: true);
    }
});
return await command.Parse(args).InvokeAsync();
