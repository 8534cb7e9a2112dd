// Trains NULLs, the systems that people use today, and what never saw the forgotten sources; asks and attacks all of them; and weighs the claims.
//
//   dotnet run -c Release --project examples/ProveIt -- --suite quick --out out/proof       the fictional encyclopedia, minutes
//   dotnet run -c Release --project examples/ProveIt -- --suite standard --out out/proof    three seeds, every system and attack
//
// The same command goes on after any stop. A proof of your own corpus is ProofSuite.Run with a ProofCorpus of your own; Cases has those here.
using Nulls.Evaluation.Suite;
using Nulls.Examples;
using Nulls.Reports;

return CommandLine.Run(args, options =>
{
    var (corpus, bundle) = Cases.Make(options);
    var report = Show.Progress(progress => ProofSuite.Run(
        corpus,
        new ProofOptions { Form = options.Form, Seeds = options.Seeds, ForgetSet = options.Forget, Bundle = bundle, Folder = options.Out, Systems = options.Only, BenchmarkFolder = options.BenchmarkFolder, Workers = options.Workers },
        progress, options.CancellationToken));
    Show.Claims(report);
    var json = Path.Combine(options.Out, "report.json");
    ProofReportWriter.Write(report, json);
    var page = Path.Combine(options.Out, "report.html");
    ProofPage.Write(report, page);
    Console.WriteLine($"Every number: {json}");
    Console.WriteLine($"To read:      {page}");
});
