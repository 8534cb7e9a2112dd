using Nulls.Evaluation.Suite;
using Spectre.Console;

namespace Nulls.Examples;

/// <summary>What the user sees: how far the proof is, and the claims as a table.</summary>
internal static class Show
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    static Show()
    {
        // A file has no width that text should be broken for.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 100_000;
    }

    /// <summary>Runs a proof, showing how far it is: a bar, or lines when the output goes to a file.</summary>
    public static ProofReport Progress(Func<IProgress<ProofProgress>, ProofReport> prove)
    {
        if (Console.IsOutputRedirected)
        {
            var (nextLine, last) = (TimeSpan.Zero, "");
            return prove(new Reporter(progress =>
            {
                if (progress.Doing == last && progress.Elapsed < nextLine)
                    return;
                (nextLine, last) = (progress.Elapsed + BetweenLines, progress.Doing);
                Console.WriteLine($"{progress.Elapsed:hh\\:mm\\:ss}  {progress.Share,4:P0}  {Describe(progress)}");
            }));
        }

        return AnsiConsole.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                var bar = context.AddTask("preparing", maxValue: 1);
                return prove(new Reporter(progress =>
                {
                    bar.Value = progress.Share;
                    bar.Description = Describe(progress).EscapeMarkup();
                }));
            });
    }

    public static void Claims(ProofReport report)
    {
        var table = new Table { Border = Console.IsOutputRedirected ? TableBorder.Markdown : TableBorder.Rounded };
        foreach (var column in new[] { "claim", "held", "value", "reach", "95 % interval", "n", "note" })
            table.AddColumn(column);
        foreach (var claim in report.Claims)
        {
            table.AddRow(new[]
            {
                claim.Name, claim.Held ? "yes" : "NO", $"{claim.Value:F3}", $"{(claim.IsAtLeast ? "at least" : "at most")} {claim.Reach:F3}",
                claim.Interval is { } interval ? $"{interval.Lower:F3} to {interval.Upper:F3}" : "", $"{claim.Count:N0}", claim.Note,
            }.Select(cell => cell.EscapeMarkup()).ToArray());
        }

        AnsiConsole.Write(table);
        foreach (var omission in report.NotRun)
            Console.WriteLine($"Not run: {omission.Name}. {omission.Reason}");
        foreach (var warning in report.Warnings)
            Console.WriteLine($"Warning: {warning}");
        Console.WriteLine($"{report.Claims.Count(claim => claim.Held)} of {report.Claims.Count} claims held; {report.Measurements.Count:N0} numbers, computed in {report.Computed:hh\\:mm\\:ss}.");
    }

    private static string Describe(ProofProgress progress) => progress.Doing + (progress.Remaining is { } remaining ? $", {remaining:hh\\:mm\\:ss} to go" : "");

    private sealed class Reporter(Action<ProofProgress> show) : IProgress<ProofProgress>
    {
        public void Report(ProofProgress value) => show(value);
    }
}
