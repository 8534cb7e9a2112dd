using System.CommandLine;

namespace Nulls.Examples;

/// <summary>Reads the command line; wrong ones get a sentence and the exit code 1.</summary>
internal static class CommandLine
{
    public static int Run(string[] args, Action<QuickstartOptions> action)
    {
        var corpus = new Option<FileInfo>("--corpus") { Description = "Articles to train on, a JSON object a line with the fields source (or title) and text. Left out: a fictional encyclopedia.", HelpName = "FILE.jsonl" };
        var sources = new Option<int>("--sources") { Description = "The articles of --corpus that are sources; those after them are general text.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var general = new Option<FileInfo>("--general") { Description = "More general text, in the format of --corpus.", HelpName = "FILE.jsonl" };
        var output = new Option<DirectoryInfo>("--out") { Description = "The folder for model.zip and report.json.", HelpName = "DIR", DefaultValueFactory = _ => new DirectoryInfo("out") };
        var work = new Option<DirectoryInfo>("--work") { Description = "A folder that keeps the corpus as tokens and where the trainings stand: after any stop, the same command goes on. Left out: all is in memory.", HelpName = "DIR" };
        var size = new Option<string>("--size") { Description = "ci takes about a minute on two cores, default two, real articles two and a half.", DefaultValueFactory = _ => "default" };
        var seed = new Option<int>("--seed") { Description = "What everything random is drawn by.", HelpName = "N", DefaultValueFactory = _ => 1 };
        corpus.AcceptExistingOnly();
        general.AcceptExistingOnly();
        size.AcceptOnlyFromAmong("ci", "default");
        sources.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count < 10)
                result.AddError($"--sources must be 10 or more, so that some can be forgotten among others; got {count}.");
        });

        var root = new RootCommand("Trains a natively unlearnable language model, asks it, unlearns sources and asks again.") { corpus, sources, general, output, work, size, seed };
        root.Validators.Add(result =>
        {
            if (result.GetResult(corpus) is null && result.GetResult(general) is not null)
                result.AddError("--general adds to --corpus: name a file of articles too.");
        });
        // On a thread of its own, so that Ctrl+C is heard.
        root.SetAction((parsed, cancellationToken) => Task.Run(() => Run(action, new QuickstartOptions(
            parsed.GetValue(corpus)?.FullName, parsed.GetValue(sources), parsed.GetValue(general)?.FullName, parsed.GetRequiredValue(output).FullName,
            parsed.GetValue(work)?.FullName, parsed.GetValue(size) == "ci", parsed.GetValue(seed), cancellationToken)), CancellationToken.None));

        var parsed = root.Parse(args);
        parsed.InvocationConfiguration.EnableDefaultExceptionHandler = false;
        return parsed.InvokeAsync().GetAwaiter().GetResult();
    }

    private static int Run(Action<QuickstartOptions> action, QuickstartOptions options)
    {
        try
        {
            action(options);
            return 0;
        }
        // What a user can mend needs its sentence, not our stack; of a work folder, that it is another training's.
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException || (exception is InvalidOperationException && options.Work is not null))
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine(options.Work is null ? "Stopped; nothing was kept, because there is no --work." : "Stopped. The same command goes on.");
            return 130;
        }
    }
}
