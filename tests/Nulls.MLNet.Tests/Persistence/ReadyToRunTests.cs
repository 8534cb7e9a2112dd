using System.Diagnostics;
using Microsoft.ML;

namespace Nulls.MLNet.Tests.Persistence;

public class ReadyToRunTests
{
    // Access to internals is granted by an attribute that the ahead-of-time compiler must respect too.
    [SlowFact("a minute, and the package of the ReadyToRun compiler")]
    public async Task A_model_loads_in_an_application_compiled_ahead_of_time()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.In(new MLContext());
        new MLContext().Model.Save(model, null, folder["model.zip"]);
        await File.WriteAllLinesAsync(folder["rows.tsv"], TinyModel.Corpus.Select(row => $"{row.Text}\t{row.Source}"));
        var project = Path.Combine(RepositoryFolder.Root, "tests", "ConsumerApp");
        var start = new ProcessStartInfo(
            "dotnet", ["publish", project, "-c", "Release", "--use-current-runtime", "--self-contained", "false", "-p:PublishReadyToRun=true", "-o", folder["app"]])
        { RedirectStandardOutput = true };

        using (var publish = Process.Start(start)!) // Null only when a running process is reused.
        {
            var output = await publish.StandardOutput.ReadToEndAsync();
            await publish.WaitForExitAsync();
            Assert.True(publish.ExitCode == 0, output);
        }

        var environment = new Dictionary<string, string> { ["NULLS_LIBTORCH"] = AppContext.BaseDirectory, ["OMP_NUM_THREADS"] = "1" };
        var run = await DotNetProcess.RunAsync(folder["app", "ConsumerApp.dll"], environment, folder["model.zip"], folder["rows.tsv"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(TinyModel.Corpus.Count, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
