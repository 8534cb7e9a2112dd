using Microsoft.ML;
using Microsoft.ML.Runtime;
using Nulls.MLNet.Persistence;
using Nulls.MLNet.Pipeline;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.MLNet;

/// <summary>Trains a natively unlearnable language model on texts and their sources. Made by <c>ml.Nulls(options)</c>.</summary>
/// <remarks>Immutable; a second <see cref="Fit(IDataView)"/> on the same data gives the same model.</remarks>
public sealed class NullsEstimator : IEstimator<NullsTransformer>
{
    internal const string RegistrationName = "Nulls";

    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly NullsOptions _options;
    private readonly ScoringSettings _settings;
    private readonly int _seed;

    internal NullsEstimator(IHostEnvironment environment, NullsOptions options)
    {
        RequiredInternals.Verify();
        options.Validate();
        _environment = environment;
        _host = environment.Register(RegistrationName);
        _options = options;
        _settings = options.ToScoring();
        _seed = options.Seed ?? _host.Rand.Next();
    }

    /// <summary>Trains. Reads text and source alone: once, or with <see cref="NullsOptions.WorkFolder"/> twice, and once in each later run.</summary>
    /// <param name="input">The corpus, a document a row. It needs both columns; rows with an empty source train the backbone with every sink off.</param>
    /// <returns>The trained model. Dispose it to free its weights.</returns>
    /// <remarks>Progress and warnings appear on <c>MLContext.Log</c> under <c>Nulls; Training</c>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Text or source is missing or has another type.</exception>
    /// <exception cref="ArgumentException">The data has no rows, or none with a source, or does not fit the model's sizes.</exception>
    /// <exception cref="OperationCanceledException">The token of the options, or the context, was cancelled; a cancelled context stays so.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer a number; or <see cref="NullsOptions.WorkFolder"/> holds another training: each difference is named.</exception>
    /// <exception cref="InvalidDataException">What <see cref="NullsOptions.WorkFolder"/> holds is damaged.</exception>
    /// <exception cref="IOException"><see cref="NullsOptions.WorkFolder"/> cannot be written when the training begins, or another process trains in it.</exception>
    public NullsTransformer Fit(IDataView input) => FitCore(input, validation: null);

    /// <summary>Trains, and returns the weights of the step that did best on held-out rows.</summary>
    /// <param name="input">The corpus, a document a row. It needs both columns; rows with an empty source train the backbone with every sink off.</param>
    /// <param name="validation">
    /// Rows that are not in the corpus, with the same text column. A row whose source is in the corpus is read with that source's
    /// sinks, any other with the backbone alone, as all are when there is no source column. Give rows of both kinds, in about the
    /// corpus' proportion: the loss is one mean over all their tokens.
    /// </param>
    /// <returns>The trained model. Dispose it to free its weights.</returns>
    /// <remarks>How often, and when to end early, say <see cref="TrainingOptions.StepsPerValidation"/> and <see cref="TrainingOptions.EarlyStopPatience"/>.</remarks>
    /// <inheritdoc cref="Fit(IDataView)" path="/exception"/>
    public NullsTransformer Fit(IDataView input, IDataView validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        return FitCore(input, validation);
    }

    /// <summary>Loads a model that <see cref="NullsTransformer.SaveFolder"/> or <see cref="NullsBundle.Save"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The model, with the columns, batch size, generation and device of this estimator's options; the other options describe a training and are not used.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds no model, or a damaged one.</exception>
    public NullsTransformer LoadFolder(string folder)
    {
        using var channel = _host.Start("Loading");
        return new NullsTransformer(_host, NullsBundle.Load(folder, Devices.Choose(_options.Device, _environment, channel), _options.ScoringPrecision), _settings);
    }

    /// <summary>Returns the columns of the scored data, before anything is trained.</summary>
    /// <param name="inputSchema">The columns of the corpus.</param>
    /// <exception cref="ArgumentOutOfRangeException">Text or source is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumns.Check(inputSchema, _settings, nameof(inputSchema));

        var builder = new DataViewSchema.Builder();
        foreach (var output in OutputColumn.CreateAll(_settings, _options.Model.Width))
            builder.AddColumn(output.Name, output.Type, output.Annotations);
        var outputs = MLNetInternals.GetShape(builder.ToSchema());

        var names = outputs.Select(column => column.Name).ToHashSet();
        return new SchemaShape([.. inputSchema.Where(column => !names.Contains(column.Name)), .. outputs]);
    }

    private NullsTransformer FitCore(IDataView input, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(input);
        MLNetInternals.ThrowIfCanceled(_host);
        using var channel = _host.Start("Training");
        using var cancellation = new HostCancellation(_host, _options.CancellationToken);
        try
        {
            var (text, source) = InputColumns.Find(input.Schema, _settings, isSourceRequired: true, nameof(input));
            var device = Devices.Choose(_options.Device, _environment, channel);
            var heldOut = validation is null ? [] : ReadValidation(validation, cancellation.Token);
            var bundle = NullsBundle.Train(
                DocumentReader.Stream(input, text, source, cancellation.Token), _options.ToBundle(device, SeedToUse), heldOut, new TrainingLog(channel, _options.Progress),
                warning => channel.Warning(MessageSensitivity.None, warning), (corpus, sourceCount) => Report(channel, corpus, sourceCount), cancellation.Token);
            return new NullsTransformer(_host, bundle, _settings);
        }
        catch (OperationCanceledException) when (!_options.CancellationToken.IsCancellationRequested)
        {
            MLNetInternals.ThrowIfCanceled(_host);
            throw;
        }
    }

    // A context without a seed draws another one in every process, and the training of an earlier process is to go on.
    private int SeedToUse => _options.Seed ?? (_options.WorkFolder is { } folder ? BundleIdentity.SeedIn(folder) : null) ?? _seed;

    private List<Document> ReadValidation(IDataView validation, CancellationToken cancellationToken)
    {
        var (text, source) = InputColumns.Find(validation.Schema, _settings, isSourceRequired: false, nameof(validation));
        var documents = DocumentReader.Stream(validation, text, source, cancellationToken).ToList();
        return documents.Exists(document => document.Text.Length > 0)
            ? documents
            : throw new ArgumentException("The validation data has no text: give held-out documents, or fit without validation.", nameof(validation));
    }

    private void Report(IChannel channel, CorpusScan corpus, int sourceCount)
    {
        if (corpus.Documents > 0 && sourceCount == 0)
            throw new ArgumentException($"None of the {corpus.Documents:N0} documents has a source, so there would be nothing to unlearn: name each document's contributor in column '{_settings.SourceColumnName}'.");

        channel.Info(MessageSensitivity.None,
            $"Read {corpus.Documents:N0} documents of {sourceCount:N0} sources; {corpus.General:N0} have no source and train the backbone with every sink off.");
    }
}
