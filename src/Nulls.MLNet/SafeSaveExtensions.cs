using Nulls.MLNet.Persistence;
using Nulls.Storage;

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
    /// <exception cref="IOException">The file could not be written whole, for want of room there or under <c>MLContext.TempFilePath</c>; an earlier file is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed there; an earlier file is untouched.</exception>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(filePath);

        AtomicFile.Write(filePath, file => SaveWhole(catalog, model, inputSchema, file, filePath));
    }

    private static void SaveWhole(ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, Stream file, string filePath)
    {
        using var stream = new FailureKeepingStream(file);
        try
        {
            catalog.Save(model, inputSchema, stream);
            stream.ThrowIfFailed();
        }
        catch (Exception exception) when (stream.Failure is null && (exception is IOException || IsTooLarge(exception)))
        {
            throw new IOException(
                $"The model was not saved to '{filePath}', where anything earlier is unchanged. ML.NET passes models through files under MLContext.TempFilePath, "
                + $"and that failed: {exception.Message} Free some space there, or set TempFilePath to a folder with more.", exception);
        }
    }

    // Of a file that outgrows its file system, or the user's limit, .NET tells by this instead of an IOException.
    private static bool IsTooLarge(Exception exception) => exception is ArgumentOutOfRangeException { ParamName: "value" };
}
