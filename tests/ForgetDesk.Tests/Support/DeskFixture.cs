using System.Buffers.Binary;
using ForgetDesk.Model;
using Microsoft.Playwright;
using Nulls.Evaluation;
using Nulls.Inference;

namespace ForgetDesk.Tests.Support;

/// <summary>One desk, trained once for all tests, and a browser where there is one. Each test takes sources of its own.</summary>
public sealed class DeskFixture : IAsyncLifetime
{
    private readonly Queue<(SourceCard Source, FictionalFact Fact)> _known = new();
    private RunningDesk? _desk;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Gets the desk's folder.</summary>
    internal string Folder { get; } = Directory.CreateTempSubdirectory("nulls-desk-").FullName;

    /// <summary>Gets where screenshots are put: the environment variable NULLS_SCREENSHOTS, or a folder of temporary files.</summary>
    internal string Screenshots { get; } =
        Environment.GetEnvironmentVariable("NULLS_SCREENSHOTS") is { Length: > 0 } given ? given : Path.Combine(Path.GetTempPath(), "nulls-screenshots");

    internal RunningDesk Running => _desk!; // InitializeAsync sets it before any test.

    internal Desk Desk => Running.Desk;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Screenshots);
        _desk = await RunningDesk.StartAsync(Folder);
        if (Chromium.Path is not null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path, Args = ["--no-sandbox"] });
            if (!_desk.Opening.IsReady)
            {
                var page = await PageAsync();
                await page.GotoAsync("/Starting");
                await ShootAsync(page, "starting");
                await page.CloseAsync();
            }
        }

        await _desk.UntilOpenAsync();
        foreach (var source in Desk.Find("", isOfficer: true))
        {
            // The answer with the article's sinks is right, and without any it is wrong.
            FictionalFact? known = null;
            foreach (var fact in Running.Library.FactsOf(source.Key!))
            {
                var exchange = await Running.AskAsync(fact.Question, source.Key);
                if (exchange.WithSinks.State == SinkState.Own && Says(exchange.WithSinks, fact) && !Says(exchange.WithoutSinks, fact)
                    && Says((await Running.AskAsync(fact.Question)).WithSinks, fact))
                {
                    known = fact;
                    break;
                }
            }

            if (known is not null)
                _known.Enqueue((source, known));
        }
    }

    /// <summary>Copies the desk's folder, for a desk that is to be harmed.</summary>
    internal string CopyFolder()
    {
        var folder = Directory.CreateTempSubdirectory("nulls-desk-").FullName;
        foreach (var path in Directory.GetFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Folder, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        return folder;
    }

    /// <summary>Takes a source, in use, and a fact that the model knows by it alone; no other test gets it.</summary>
    internal (SourceCard Source, FictionalFact Fact) Take() =>
        _known.TryDequeue(out var known) ? known : throw new InvalidOperationException("The model knows fewer articles than there are tests.");

    /// <summary>Opens a page of a browser that runs no script, as everything works without.</summary>
    internal Task<IPage> PageAsync(ColorScheme scheme = ColorScheme.Light, int width = 1200) => _browser!.NewPageAsync(new()
    {
        BaseURL = Running.Address.ToString(), JavaScriptEnabled = false, ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 },
    });

    /// <summary>Takes a picture of a whole page, and tells how wide that is: wider than the window where something reaches over its edge.</summary>
    internal async Task<int> ShootAsync(IPage page, string name)
    {
        var image = await page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, name + ".png"), FullPage = true });
        return BinaryPrimitives.ReadInt32BigEndian(image.AsSpan(16)); // Where a PNG has its width.
    }

    internal static bool Says(Answer answer, FictionalFact fact) => answer.Text.StartsWith(fact.Answer, StringComparison.Ordinal);

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_desk is not null)
            await _desk.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
