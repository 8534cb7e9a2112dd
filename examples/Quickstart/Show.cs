using Nulls.Training;
using Spectre.Console;

namespace Nulls.Examples;

/// <summary>What the user sees: headings, a progress bar, tables; plain lines when the output goes to a file.</summary>
internal static class Show
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    static Show()
    {
        // A file has no width that text should be broken for.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 100_000;
    }

    public static void Heading(string text)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"[bold]{text}[/]");
    }

    public static void Line(string text) => AnsiConsole.WriteLine(text);

    public static void Table(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table { Border = Console.IsOutputRedirected ? TableBorder.Markdown : TableBorder.Rounded };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(column.EscapeMarkup()));
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => cell.EscapeMarkup())]);
        AnsiConsole.Write(table);
    }

    /// <summary>Runs a training, showing how far it is.</summary>
    /// <param name="train">Trains, reporting how far it is.</param>
    /// <param name="tokensPerSecond">The mean speed of the training's steps.</param>
    public static T Training<T>(Func<IProgress<TrainingProgress>, T> train, out double tokensPerSecond)
    {
        var (trained, speed) = Training(train);
        tokensPerSecond = speed;
        return trained;
    }

    private static (T Trained, double TokensPerSecond) Training<T>(Func<IProgress<TrainingProgress>, T> train)
    {
        if (Console.IsOutputRedirected)
        {
            var nextLine = TimeSpan.Zero;
            var lines = new Reporter(progress =>
            {
                if (progress.Elapsed < nextLine && progress.Step < progress.StepCount)
                    return;
                nextLine = progress.Elapsed + BetweenLines;
                Line($"  step {progress.Step} of {progress.StepCount}: {Describe(progress)}");
            });
            return (train(lines), lines.TokensPerSecond);
        }

        return AnsiConsole.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                var task = context.AddTask("preparing");
                var bar = new Reporter(progress =>
                {
                    task.MaxValue = progress.StepCount;
                    task.Value = progress.Step;
                    task.Description = Describe(progress);
                });
                return (train(bar), bar.TokensPerSecond);
            });
    }

    private static string Describe(TrainingProgress progress) =>
        $"loss {progress.Loss:F2}, {progress.TokensPerSecond:N0} tokens/s, {progress.Remaining:m\\:ss} to go";

    /// <summary>Keeps the mean speed beside passing every report on, on the thread that trains.</summary>
    private sealed class Reporter(Action<TrainingProgress> show) : IProgress<TrainingProgress>
    {
        private double _tokens;
        private TimeSpan _elapsed;

        public double TokensPerSecond => _tokens / _elapsed.TotalSeconds;

        public void Report(TrainingProgress value)
        {
            _tokens += value.TokensPerSecond * (value.Elapsed - _elapsed).TotalSeconds;
            _elapsed = value.Elapsed;
            show(value);
        }
    }
}
