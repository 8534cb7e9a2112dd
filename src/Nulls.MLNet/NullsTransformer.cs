using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Nulls.Inference;
using Nulls.MLNet.Persistence;
using Nulls.MLNet.Pipeline;

namespace Nulls.MLNet;

/// <summary>A trained model as an ML.NET transformer: adds the columns that <see cref="NullsOptions"/> names, each computed only when it is read.</summary>
/// <remarks>
/// <para>Immutable and thread-safe. <c>Unlearn</c>, <c>Restore</c> and <c>WithRouting</c> give new transformers on the same weights,
/// which live until the last of them is disposed.</para>
/// <para>Saved by <c>ml.Model.Save</c>, alone or in a chain, and loaded by <c>ml.Model.Load</c> on the device that the loading context
/// chooses; unlearned sources stay unlearned. Their sinks are in the file all the same: unlearning is not deletion from the file.</para>
/// <para>A data view scores whole batches and again at every enumeration: put <c>ml.Data.Cache</c> behind it to read it twice.</para>
/// </remarks>
public sealed class NullsTransformer : ITransformer, IDisposable
{
    private readonly IHost _host;
    private readonly NullsBundle _bundle;
    private readonly ScoringSettings _settings;
    private readonly ScoreAnywhere? _score;
    private int _isDisposed;

    /// <summary>Scores a batch on whatever serves at the time.</summary>
    internal delegate IReadOnlyList<ScoringResult> ScoreAnywhere(IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs, GenerationOptions? generation);

    /// <param name="host">Where to log.</param>
    /// <param name="bundle">The model; the transformer owns this handle.</param>
    /// <param name="settings">Columns, batches and generation; validated.</param>
    /// <param name="score">Scores in the bundle's place; null, the default, for the bundle itself.</param>
    internal NullsTransformer(IHost host, NullsBundle bundle, ScoringSettings settings, ScoreAnywhere? score = null)
    {
        _score = score;
        _host = host;
        _bundle = bundle;
        _settings = settings;
    }

    /// <summary>Gets the model without ML.NET: to score single texts, list sources or evaluate.</summary>
    /// <remarks>It belongs to the transformer: do not dispose it. <see cref="NullsBundle.Share"/> gives a handle that outlives the transformer.</remarks>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public NullsBundle Bundle
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
            return _bundle;
        }
    }

    internal int BatchSize => _settings.BatchSize;

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>Returns the schema of the scored data: the input's columns and ours.</summary>
    /// <param name="inputSchema">The schema of the data. It needs the text column; the source column may be absent.</param>
    /// <exception cref="ArgumentOutOfRangeException">The text column is missing, or text or source has another type.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return Bind(inputSchema).OutputSchema;
    }

    /// <summary>Returns the data with its scores. Nothing is computed before it is read.</summary>
    /// <param name="input">The data. It needs the text column; without a source column every source is unknown.</param>
    /// <exception cref="ArgumentOutOfRangeException">The text column is missing, or text or source has another type.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(this, Bind(input.Schema), input);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ScoredRowMapper(this, Bind(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        // Held, so that a Dispose elsewhere does not free the weights while they are written.
        using var bundle = Bundle.Share();
        ModelFile.Save(ctx, bundle, _settings);
    }

    /// <summary>Saves the model to a folder of safetensors and JSON, which needs no ML.NET to read; atomically, so a failure leaves an earlier model whole.</summary>
    /// <param name="folder">The folder; made if it does not exist.</param>
    /// <remarks>
    /// The names of columns are not part of it: <see cref="NullsEstimator.LoadFolder"/> takes them from its options. A chain around
    /// the model is not either: for that, see <see cref="SafeSaveExtensions.SaveAtomically"/>.
    /// </remarks>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public void SaveFolder(string folder) => Bundle.Save(folder);

    /// <summary>Releases this transformer's hold on the weights. Further calls do nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _bundle.Dispose();
    }

    /// <summary>Returns another transformer of the same columns on another handle, which it owns.</summary>
    internal NullsTransformer With(NullsBundle bundle) => new(_host, bundle, _settings);

    /// <summary>Returns another transformer of the same columns that scores elsewhere, and knows sources by another handle, which it owns.</summary>
    internal NullsTransformer Following(NullsBundle bundle, ScoreAnywhere score) => new(_host, bundle, _settings, score);

    /// <summary>Scores a batch in one model call.</summary>
    internal IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs)
    {
        using var channel = _host.Start("Scoring");
        channel.Trace(MessageSensitivity.None, $"One model call for {requests.Count} texts: {outputs}.");
        var generation = outputs.HasFlag(ScoringOutputs.Completion) ? _settings.Generation : null;
        return _score is null ? Bundle.Score(requests, outputs, generation) : _score(requests, outputs, generation);
    }

    /// <summary>Returns whether the model was trained on a source, unlearned or not.</summary>
    internal bool Knows(string sourceKey) => Bundle.Sources.TryGetIndex(sourceKey, out _);

    private RowBinding Bind(DataViewSchema inputSchema) => new(inputSchema, _settings, Bundle.Config.Width);
}
