using System.CommandLine;
using Nulls.Evaluation.Suite;

namespace Nulls.Examples;

/// <summary>Reads the command line; wrong ones get a sentence and the exit code 1.</summary>
internal static class CommandLine
{
    public static int Run(string[] args, Action<ProveItOptions> action)
    {
        var suite = new Option<string>("--suite") { Description = "How much is run, on two cores: quick takes minutes, standard less than an hour.", DefaultValueFactory = _ => "quick" };
        var corpus = new Option<string>("--corpus") { Description = "What is proved on; all but the encyclopedia need --data, and some minutes more.", DefaultValueFactory = _ => "encyclopedia" };
        var output = new Option<DirectoryInfo>("--out") { Description = "The folder for report.json, report.html and the cache: after any stop, the same command goes on.", HelpName = "DIR", DefaultValueFactory = _ => new DirectoryInfo("proof") };
        var data = new Option<DirectoryInfo>("--data") { Description = "The folder of tofu, articles, books and benchmarks.", HelpName = "FOLDER" };
        var seeds = new Option<string>("--seeds") { Description = "The seeds, with commas between; left out, 1 for quick and 1,2,3 otherwise.", HelpName = "N,N" };
        var only = new Option<string[]>("--only") { Description = "The systems to run, such as nulls.backbone; left out, all of the suite.", HelpName = "SYSTEM", AllowMultipleArgumentsPerToken = true };
        var forget = new Option<string>("--forget") { Description = "What is forgotten, by the name of the corpus' set: forget01, forget05 or forget10 of tofu; left out, forget10 there, and the only set elsewhere.", HelpName = "SET" };
        var workers = new Option<int>("--workers") { Description = "How many trainings and measurements are computed at a time; left out, one for each core, and no more than 8.", HelpName = "N", DefaultValueFactory = _ => Math.Min(8, Environment.ProcessorCount) };
        suite.AcceptOnlyFromAmong("quick", "standard", "full");
        corpus.AcceptOnlyFromAmong("encyclopedia", "tofu", "wiki", "books");
        data.AcceptExistingOnly();
        seeds.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !result.Tokens[0].Value.Split(',').All(seed => int.TryParse(seed, out _)))
                result.AddError($"--seeds must be whole numbers with commas between, such as 1,2,3; got '{result.Tokens[0].Value}'.");
        });

        var root = new RootCommand("Proves on a corpus whose facts are known that unlearning matches retraining, and says where it does not.") { suite, corpus, output, data, seeds, only, forget, workers };
        root.Validators.Add(result =>
        {
            if (result.GetValue(corpus) is not (null or "encyclopedia") && result.GetResult(data) is null)
                result.AddError($"--corpus {result.GetValue(corpus)} needs --data: the folder that has it.");
        });
        // On a thread of its own, so that Ctrl+C is heard.
        root.SetAction((parsed, cancellationToken) => Task.Run(() => Run(action, new ProveItOptions(
            Enum.Parse<ProofForm>(parsed.GetRequiredValue(suite), ignoreCase: true), parsed.GetRequiredValue(corpus), parsed.GetRequiredValue(output).FullName, parsed.GetValue(data)?.FullName,
            [.. (parsed.GetValue(seeds) ?? (parsed.GetValue(suite) == "quick" ? "1" : "1,2,3")).Split(',').Select(int.Parse)], parsed.GetValue(only) ?? [], parsed.GetValue(forget), parsed.GetValue(workers), cancellationToken)), CancellationToken.None));

        var parsed = root.Parse(args);
        parsed.InvocationConfiguration.EnableDefaultExceptionHandler = false;
        return parsed.InvokeAsync().GetAwaiter().GetResult();
    }

    private static int Run(Action<ProveItOptions> action, ProveItOptions options)
    {
        try
        {
            action(options);
            return 0;
        }
        // What a user can mend needs its sentence, not our stack: a wrong name, a missing file, a model that learned nothing.
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped. The same command goes on.");
            return 130;
        }
    }
}
