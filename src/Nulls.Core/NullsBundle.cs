using Nulls.Distributed;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Storage;
using Nulls.Text;
using Nulls.Torch;
using Nulls.Training;

namespace Nulls;

/// <summary>A whole model as one thing to train, score, unlearn, save and load: weights, sizes, tokenizer, registry of sources, and which of them are unlearned.</summary>
/// <remarks>
/// Immutable and thread-safe. <see cref="Unlearn(IEnumerable{string})"/> and its like return another bundle on the same weights; each
/// bundle is disposed by its owner, and the last one frees the weights.
/// </remarks>
public sealed partial class NullsBundle : IDisposable
{
    private readonly BundleContents _contents;
    private readonly SourceSet _unlearned;
    private int _isDisposed;

    // Takes over one reference to the contents.
    internal NullsBundle(BundleContents contents, SinkRouting routing, SourceSet unlearned)
    {
        _contents = contents;
        Routing = routing;
        _unlearned = unlearned;
    }

    /// <summary>Gets the sizes of the network.</summary>
    public NullsConfig Config => _contents.Config;

    /// <summary>Gets the tokenizer.</summary>
    public BytePairTokenizer Tokenizer => _contents.Tokenizer;

    /// <summary>Gets the sources that the model was trained on, unlearned ones included.</summary>
    public SourceRegistry Sources => _contents.Sources;

    /// <summary>Gets what runs for texts that have no sinks of their own.</summary>
    public SinkRouting Routing { get; }

    /// <summary>Gets the number of unlearned sources.</summary>
    public int UnlearnedCount => _unlearned.Count;

    /// <summary>Gets what names the weights in ledgers and certificates: <c>sha256:</c> and the SHA-256 of <c>model.safetensors</c>. Unlearning changes no weight, and so not this.</summary>
    /// <remarks>Computed at the first call, in seconds for a large model, unless the model was loaded.</remarks>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public string ModelDigest
    {
        get
        {
            using var inUse = Share();
            return $"sha256:{_contents.WeightsDigest}";
        }
    }

    /// <summary>Trains a model. Corpus and options are checked before any work. Started by mpirun, it trains with the other ranks: see <see cref="DataParallel"/>.</summary>
    /// <param name="corpus">The texts and their sources; read once, or with a work folder as often as <see cref="NullsBundleOptions.WorkFolder"/> says. Texts without tokens are left out.</param>
    /// <param name="options">Sizes, training, tokenizer and the rest.</param>
    /// <param name="progress">Told the state of the training now and then, on the training thread.</param>
    /// <param name="warn">Told, in a sentence that names the remedy, what is likely to keep sources from being isolated, and what is amiss with the work folder.</param>
    /// <param name="cancellationToken">Stops the training between two steps, once a checkpoint is written where there is a work folder.</param>
    /// <exception cref="ArgumentException">An option is outside its range, options do not fit each other or the corpus, or the corpus has no text or no source.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer a number; or the work folder holds the training of another corpus, or with other options or another version: each difference is named.</exception>
    /// <exception cref="InvalidDataException">What the work folder holds is damaged.</exception>
    /// <exception cref="IOException">The work folder cannot be written when the training begins, or another process trains in it.</exception>
    public static NullsBundle Train(
        IEnumerable<Document> corpus, NullsBundleOptions options, IProgress<TrainingProgress>? progress = null,
        Action<string>? warn = null, CancellationToken cancellationToken = default) =>
        Train(corpus, options, [], progress, warn, cancellationToken);

    /// <summary>Trains a model and returns the weights of the step that did best on held-out texts.</summary>
    /// <param name="corpus">The texts and their sources; read once, or with a work folder as often as <see cref="NullsBundleOptions.WorkFolder"/> says. Texts without tokens are left out.</param>
    /// <param name="options">Sizes, training, tokenizer and the rest. <see cref="TrainingOptions.StepsPerValidation"/> and <see cref="TrainingOptions.EarlyStopPatience"/> are about validation.</param>
    /// <param name="validation">
    /// Texts that are not in the corpus; read once. A text of a source of the corpus is read with that source's sinks, any other with
    /// the backbone alone: give texts of both kinds, in about the corpus' proportion, since the loss is one mean over all their tokens.
    /// Texts of unknown sources measure general text alone. Only steps in which sinks learn can be the best.
    /// </param>
    /// <param name="progress">Told the state of the training now and then, on the training thread.</param>
    /// <param name="warn">Told what is likely to keep sources from being isolated, and what is amiss with the work folder.</param>
    /// <param name="cancellationToken">Stops the training between two steps, once a checkpoint is written where there is a work folder.</param>
    /// <inheritdoc cref="Train(IEnumerable{Document}, NullsBundleOptions, IProgress{TrainingProgress}?, Action{string}?, CancellationToken)" path="/exception"/>
    public static NullsBundle Train(
        IEnumerable<Document> corpus, NullsBundleOptions options, IEnumerable<Document> validation, IProgress<TrainingProgress>? progress = null,
        Action<string>? warn = null, CancellationToken cancellationToken = default) =>
        Train(corpus, options, validation, progress, warn, inform: null, cancellationToken);

    // Besides, tells what the corpus holds, and the number of its sources, once it is read.
    internal static NullsBundle Train(
        IEnumerable<Document> corpus, NullsBundleOptions options, IEnumerable<Document> validation, IProgress<TrainingProgress>? progress,
        Action<string>? warn, Action<CorpusScan, int>? inform, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(validation);
        options.Validate();
        NativeBackend.EnsureLoaded();
        return new NullsBundle(BundleTraining.Run(corpus, options, validation, progress, warn, inform, cancellationToken), options.Routing, SourceSet.Empty);
    }

    /// <summary>Makes a bundle on the same weights that routes texts without sinks of their own in another way.</summary>
    /// <exception cref="InvalidOperationException"><see cref="SinkRouting.NearestSources"/> is asked for, and the model was not trained with it: it keeps no index of texts.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle WithRouting(SinkRouting routing)
    {
        if (!Enum.IsDefined(routing))
            throw new ArgumentOutOfRangeException(nameof(routing), routing, "The routing must be Backbone, NearestSources or Placebo.");
        if (routing == SinkRouting.NearestSources && _contents.Index is null)
            throw new InvalidOperationException("The nearest sources cannot be found, because this model keeps no index of its sources' texts. Train with Routing = SinkRouting.NearestSources.");
        return With(routing, _unlearned);
    }

    /// <summary>Makes another handle on the same weights and state.</summary>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Share() => With(Routing, _unlearned);

    /// <summary>Scores texts in one pass of the network, or a few when they are many.</summary>
    /// <param name="requests">The texts.</param>
    /// <param name="outputs">What to compute.</param>
    /// <param name="generation">How texts are continued; needed for <see cref="ScoringOutputs.Completion"/>.</param>
    /// <param name="cancellationToken">Stops between two passes or two written tokens.</param>
    /// <returns>One result a request, in their order.</returns>
    /// <exception cref="ArgumentException">A completion is asked for without saying how, or an option is outside its range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public IReadOnlyList<ScoringResult> Score(
        IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs, GenerationOptions? generation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        generation?.Validate();
        if (outputs.HasFlag(ScoringOutputs.Completion) && generation is null)
            throw new ArgumentException("A completion needs generation options: say how texts are continued, for example new GenerationOptions().", nameof(generation));

        // Held for the call, so that a Dispose elsewhere does not free the weights under it.
        using var inUse = Share();
        return _contents.Scorer.Score(requests, outputs, generation, Routing, _unlearned.Contains, cancellationToken);
    }

    /// <summary>Continues one text and hands out each piece as soon as it is certain: put together, the pieces are what <see cref="ScoringOutputs.Completion"/> gives.</summary>
    /// <remarks>The next token is computed when the next piece is asked for, on the thread that asks. Enumerating again computes again. The bundle may be disposed while an enumeration goes on.</remarks>
    /// <param name="request">The text, and its source if known.</param>
    /// <param name="generation">How the text is continued.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    /// <returns>Whole characters, never the beginning of a stop string; no piece is empty.</returns>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; thrown by the enumeration.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public IEnumerable<string> StreamCompletion(ScoringRequest request, GenerationOptions generation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generation);
        generation.Validate();
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        return Pieces();

        IEnumerable<string> Pieces()
        {
            using var inUse = Share();
            foreach (var piece in _contents.Scorer.StreamCompletion(request, generation, Routing, _unlearned.Contains, cancellationToken))
                yield return piece;
        }
    }

    /// <summary>Saves to a folder: config and state as JSON, weights as safetensors, tokenizer.json, and the sources' hashes.</summary>
    /// <remarks>Written aside and then put in place: a save that fails leaves an earlier model whole. Keys and texts' terms of unlearned sources are left out. Of several ranks, which all have the model, one saves it: see <see cref="DataParallel.Rank"/>.</remarks>
    /// <param name="folder">A new or empty folder, or one that holds a saved model, which is replaced.</param>
    /// <exception cref="IOException">The folder cannot be written, or holds something else.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public void Save(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var inUse = Share();
        AtomicFolder.Write(folder, BundleFormat.ManifestName, aside =>
        {
            foreach (var (name, write) in Parts)
            {
                using var file = File.Create(Path.Combine(aside, name));
                write(file);
            }
        });
    }

    /// <summary>Loads what <see cref="Save"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">The device to score on, such as <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>. The default is <c>cpu</c>.</param>
    /// <param name="precision">The precision to score in. The default is <see cref="Precision.Float32"/>; what is saved again is 32-bit in any case.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds no model, a damaged one, or one of a newer version.</exception>
    /// <exception cref="PlatformNotSupportedException">bfloat16 is asked for on a device without it.</exception>
    public static NullsBundle Load(string folder, string device = "cpu", Precision precision = Precision.Float32)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        AtomicFolder.Recover(folder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}' to load a model from.");

        return Load(
            (name, read) =>
            {
                var path = Path.Combine(folder, name);
                if (!File.Exists(path))
                    throw new InvalidDataException($"The folder '{folder}' holds no whole model: '{name}' is missing. Save the model again, or name the folder that NullsBundle.Save wrote.");
                using var file = File.OpenRead(path);
                read(file);
            },
            device,
            precision);
    }

    /// <summary>Frees this handle; the weights are freed with the last one. Safe to call again.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _contents.Release();
    }

    /// <summary>Gets every part of the saved form by its name, in the order to write them, each once; writers stream.</summary>
    internal IEnumerable<(string Name, Action<Stream> Write)> Parts
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
            return BundleFormat.Parts(_contents, Routing, _unlearned);
        }
    }

    /// <summary>Reads the parts, each opened at most once, from streams that need not seek.</summary>
    /// <param name="readPart">Calls the action with the named part's stream, or throws when there is none.</param>
    /// <param name="device">The device to score on.</param>
    /// <param name="precision">The precision to score in.</param>
    internal static NullsBundle Load(Action<string, Action<Stream>> readPart, string device, Precision precision)
    {
        NativeBackend.EnsureLoaded();
        return BundleFormat.Load(readPart, TorchDevice.Parse(device), precision);
    }

    private NullsBundle With(SinkRouting routing, SourceSet unlearned)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        _contents.AddReference();
        return new NullsBundle(_contents, routing, unlearned);
    }
}
