using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Tests.Persistence;

public class NewProcessTests
{
    private static readonly string Consumer = Path.Combine(AppContext.BaseDirectory, "ConsumerApp.dll");

    // As the tests themselves run.
    private static readonly Dictionary<string, string> OneThread = new() { ["OMP_NUM_THREADS"] = "1" };

    [Fact]
    public async Task An_application_that_knows_ML_NET_alone_loads_and_scores()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext();
        using var model = TinyModel.In(ml).Unlearn("house-2");
        var chain = ml.Transforms.CopyColumns("Copy", "Text").Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus)).Append(model);
        ml.Model.Save(chain, null, folder["model.zip"]);
        await File.WriteAllLinesAsync(folder["rows.tsv"], TinyModel.Corpus.Select(row => $"{row.Text}\t{row.Source}"));

        var run = await DotNetProcess.RunAsync(Consumer, OneThread, folder["model.zip"], folder["rows.tsv"]);

        Assert.True(run.ExitCode == 0, run.Error);
        var scores = TinyModel.Scores(model, TinyModel.Corpus);
        var states = TinyModel.Score(model, TinyModel.Corpus).Select(row => row.SinkState).ToArray();
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(scores.Length, lines.Length);
        foreach (var (score, state, line) in scores.Zip(states, lines))
        {
            // A row in its batch, and the row alone in an engine.
            var fields = line.TrimEnd('\r').Split('\t');
            Assert.Equal(score, float.Parse(fields[0], CultureInfo.InvariantCulture));
            Assert.Equal(score, float.Parse(fields[1], CultureInfo.InvariantCulture), 1e-4f);
            Assert.Equal(state, fields[2]);
        }
    }

    [Fact]
    public void That_application_names_no_type_of_ours()
    {
        using var assembly = new PEReader(File.OpenRead(Consumer));
        var metadata = assembly.GetMetadataReader();

        var owners = metadata.TypeReferences
            .Select(handle => metadata.GetTypeReference(handle).ResolutionScope)
            .Where(scope => scope.Kind == HandleKind.AssemblyReference)
            .Select(scope => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name))
            .ToArray();

        Assert.Contains("Microsoft.ML.Data", owners);
        Assert.DoesNotContain(owners, name => name.StartsWith("Nulls", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_native_backend_the_message_says_what_to_install()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.In(new MLContext());
        new MLContext().Model.Save(model, null, folder["model.zip"]);
        await File.WriteAllTextAsync(folder["rows.tsv"], "a text\ta source");

        // The managed files alone, as an application has them that forgot the backend's package.
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(IsManaged))
            File.Copy(file, folder[Path.GetFileName(file)]);
        var run = await DotNetProcess.RunAsync(folder["ConsumerApp.dll"], OneThread, folder["model.zip"], folder["rows.tsv"]);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("TorchSharp-cpu", run.Error, StringComparison.Ordinal);
    }

    private static bool IsManaged(string file) =>
        Path.GetExtension(file) is ".dll" or ".json" && !Path.GetFileName(file).StartsWith("lib", StringComparison.OrdinalIgnoreCase)
        && !Path.GetFileName(file).StartsWith("torch", StringComparison.Ordinal);
}
