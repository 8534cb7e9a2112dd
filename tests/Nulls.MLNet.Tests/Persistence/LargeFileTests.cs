using System.IO.Compression;
using Microsoft.ML;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Training;

namespace Nulls.MLNet.Tests.Persistence;

public class LargeFileTests
{
    [SlowFact("two minutes, 12 GB of memory and 5 GB of disk")]
    public void Weights_of_more_than_two_gigabytes_pass_through_a_file_without_a_copy_in_memory()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext { TempFilePath = folder.Path };
        var options = TinyModel.Options with
        {
            // Three matrices of 6,000,000 by 32 floats: 2.3 GB.
            Model = new NullsConfig
            {
                Width = 32, LayerCount = 1, HeadCount = 2, KeyValueHeadCount = 2, HeadSize = 16, BackboneWidth = 32,
                Allocation = SinkAllocationKind.Exclusive, SinksPerSource = 4, SinkPoolWidth = 6_000_000, ContextLength = 32,
            },
            Training = new TrainingOptions { Passes = 1 },
        };
        using var model = ml.Nulls(options).Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus));

        var before = GC.GetTotalAllocatedBytes(precise: true);
        ml.Model.Save(model, null, folder["model.zip"]);
        var whileSaving = GC.GetTotalAllocatedBytes(precise: true) - before;
        var loaded = (NullsTransformer)ml.Model.Load(folder["model.zip"], out _);
        var whileLoading = GC.GetTotalAllocatedBytes(precise: true) - before - whileSaving;

        using (var archive = ZipFile.OpenRead(folder["model.zip"]))
            Assert.True(archive.Entries.Max(entry => entry.Length) > int.MaxValue);
        Assert.InRange(whileSaving, 0, 100_000_000);
        Assert.InRange(whileLoading, 0, 100_000_000);
        Assert.Equal(TinyModel.Scores(model, TinyModel.Corpus), TinyModel.Scores(loaded, TinyModel.Corpus));
        loaded.Dispose();
    }
}
