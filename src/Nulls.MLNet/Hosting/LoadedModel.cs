using Microsoft.ML;
using Nulls.MLNet.Persistence;

namespace Nulls.MLNet.Hosting;

/// <summary>A model as it was loaded: the bundle, and the ML.NET model around it. Owns both.</summary>
/// <param name="ml">The context that it was loaded in.</param>
/// <param name="pipeline">The ML.NET model.</param>
/// <param name="inputSchema">Its input's schema, where the file has one.</param>
/// <param name="bundle">The model inside.</param>
internal sealed class LoadedModel(MLContext ml, ITransformer pipeline, DataViewSchema? inputSchema, NullsBundle bundle) : IDisposable
{
    public MLContext Context => ml;

    public ITransformer Pipeline => pipeline;

    public NullsBundle Bundle => bundle;

    /// <summary>Gets whether it came from a file of ML.NET.</summary>
    public bool IsFile { get; init; }

    /// <summary>Gets whether it was made just now, and its place is empty yet.</summary>
    public bool IsToBeSaved { get; init; }

    /// <summary>Gets or sets which of the models that were at the path it is, by <see cref="ModelOrigin.Stamp"/>; null where it is not from there.</summary>
    public string? Stamp { get; set; }

    /// <summary>Writes the ML.NET model with another bundle inside over a file.</summary>
    public void Save(NullsBundle changed, string path)
    {
        var model = ModelParts.Replace(pipeline, part => part.With(changed.Share()));
        try
        {
            ml.Model.SaveAtomically(model, inputSchema, path);
        }
        finally
        {
            ModelParts.Find(model).ForEach(part => part.Dispose());
        }
    }

    public void Dispose()
    {
        bundle.Dispose();
        (pipeline as IDisposable)?.Dispose();
    }
}
