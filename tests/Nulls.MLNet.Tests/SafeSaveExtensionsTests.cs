using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.MLNet.Persistence;

namespace Nulls.MLNet.Tests;

public sealed class SafeSaveExtensionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new();
    private readonly NullsTransformer _model;

    public SafeSaveExtensionsTests() => _model = TinyModel.In(_ml);

    private string Target => _folder["model.zip"];

    [Fact]
    public void What_is_saved_atomically_loads_as_ever()
    {
        _ml.Model.SaveAtomically(_model, null, Target);

        using var loaded = (NullsTransformer)_ml.Model.Load(Target, out _);
        Assert.Equal(TinyModel.Scores(_model, TinyModel.Corpus), TinyModel.Scores(loaded, TinyModel.Corpus));
        Assert.Equal(["model.zip"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_second_save_replaces_the_first()
    {
        _ml.Model.SaveAtomically(_model, null, Target);
        using var forgetful = _model.Unlearn("house-1");

        _ml.Model.SaveAtomically(forgetful, null, Target);

        using var loaded = (NullsTransformer)_ml.Model.Load(Target, out _);
        Assert.True(loaded.Bundle.IsUnlearned("house-1"));
    }

    [Fact]
    public void A_save_that_fails_leaves_the_earlier_file_whole()
    {
        _ml.Model.SaveAtomically(_model, null, Target);
        var before = File.ReadAllBytes(Target);
        var disposed = TinyModel.In(_ml);
        disposed.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _ml.Model.SaveAtomically(new TransformerChain<ITransformer>(_model, disposed), null, Target));

        AssertOnlyTargetRemains(before);
    }

    [FactOnLinux]
    public void A_file_that_may_grow_no_further_leaves_the_earlier_one_whole()
    {
        _ml.Model.SaveAtomically(_model, null, Target);
        var before = File.ReadAllBytes(Target);

        // Room for each part's temporary file, but not for six models in one file.
        var six = new TransformerChain<ITransformer>([.. Enumerable.Repeat(_model, 6)]);
        IOException exception;
        using (new FileSizeLimit(largestFile: 2 * before.Length))
            exception = Assert.Throws<IOException>(() => _ml.Model.SaveAtomically(six, null, Target));

        Assert.Contains($"'{Target}' was not written, because it is larger than a file may be there", exception.Message, StringComparison.Ordinal);
        AssertOnlyTargetRemains(before);
    }

    [FactOnLinux]
    public void Temporary_files_that_may_grow_no_further_leave_the_earlier_file_whole()
    {
        _ml.Model.SaveAtomically(_model, null, Target);
        var before = File.ReadAllBytes(Target);

        IOException exception;
        using (new FileSizeLimit(largestFile: 4096))
            exception = Assert.Throws<IOException>(() => _ml.Model.SaveAtomically(_model, null, Target));

        Assert.Contains("MLContext.TempFilePath", exception.Message, StringComparison.Ordinal);
        AssertOnlyTargetRemains(before);
    }

    [FactOnLinux]
    public void Temporary_files_that_may_grow_no_further_while_loading_are_told()
    {
        _ml.Model.SaveAtomically(_model, null, Target);
        using var temporary = new TemporaryFolder();

        Exception exception;
        using (new FileSizeLimit(largestFile: 4096))
            exception = Assert.ThrowsAny<Exception>(() => new MLContext { TempFilePath = temporary.Path }.Model.Load(Target, out _));

        Assert.Contains("too large for the file system", exception.GetBaseException().Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary.Path));
    }

    [Fact]
    public void A_failure_with_the_last_bytes_which_ML_NET_hides_is_told()
    {
        using var whole = new MemoryStream();
        _ml.Model.Save(_model, null, whole);

        // The directory of a zip file ends it, and says how long it is in its last 22 bytes.
        var allButTheEnd = whole.Length - 22;
        using var hiding = new ShortStream(allButTheEnd);
        _ml.Model.Save(_model, null, hiding);
        using var keeping = new FailureKeepingStream(new ShortStream(allButTheEnd));
        _ml.Model.Save(_model, null, keeping);

        Assert.Throws<IOException>(keeping.ThrowIfFailed);
    }

    [Fact]
    public void A_folder_of_the_targets_name_is_refused()
    {
        Directory.CreateDirectory(Target);

        Assert.Throws<UnauthorizedAccessException>(() => _ml.Model.SaveAtomically(_model, null, Target));
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private void AssertOnlyTargetRemains(byte[] before)
    {
        Assert.Equal(before, File.ReadAllBytes(Target));
        Assert.Equal(["model.zip"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName));
    }

    /// <summary>Takes a number of bytes and then fails.</summary>
    private sealed class ShortStream(long room) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Position + count > room)
                throw new IOException("No space left.");
            base.Write(buffer, offset, count);
        }
    }
}
