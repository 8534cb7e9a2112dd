using System.IO.Compression;

namespace Microsoft.ML;

/// <summary>Saving that keeps the earlier file when it fails.</summary>
public static class SafeSaveExtensions
{
    /// <summary>Saves a model as <c>ml.Model.Save</c> does, but writes a new file beside the target and renames it over the target when it is whole.</summary>
    /// <param name="catalog"><c>ml.Model</c>.</param>
    /// <param name="model">The model: any transformer or chain.</param>
    /// <param name="inputSchema">The schema of the model's input, or null.</param>
    /// <param name="filePath">The target, read by <c>ml.Model.Load</c>. Its folder needs room for both files until the old one goes.</param>
    /// <remarks><c>ml.Model.Save</c> empties the target first, and reports no error when the disk fills up with the last bytes.</remarks>
    /// <exception cref="IOException">The file could not be written whole; an earlier one is untouched.</exception>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(filePath);

        var temporaryPath = $"{Path.GetFullPath(filePath)}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(temporaryPath, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                catalog.Save(model, inputSchema, stream);
                stream.Flush(flushToDisk: true);
                CheckDirectory(stream);
            }

            File.Move(temporaryPath, filePath, overwrite: true);
        }
        catch (Exception exception)
        {
            File.Delete(temporaryPath);
            if (exception is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                throw new IOException(
                    $"The model could not be saved to '{filePath}': {exception.Message} An earlier file of that name is untouched. Check the free space there and under MLContext.TempFilePath.", exception);
            }

            throw;
        }
    }

    // A zip file's directory comes last, and ML.NET hides the error when only that could not be written.
    private static void CheckDirectory(FileStream stream)
    {
        stream.Position = 0;
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.Entries.Count == 0)
            throw new InvalidDataException("The file that was written is empty.");
    }
}
