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
    private readonly RouteSettings _routes;
    private readonly SourceSet _unlearned;
    private int _isDisposed;

    // Takes over one reference to the contents.
    internal NullsBundle(BundleContents contents, RouteSettings routes, SourceSet unlearned)
    {
        _contents = contents;
        _routes = routes;
        _unlearned = unlearned;
    }

    /// <summary>Gets the sizes of the network.</summary>
    public NullsConfig Config => _contents.Config;

    /// <summary>Gets the tokenizer.</summary>
    public BytePairTokenizer Tokenizer => _contents.Tokenizer;

    /// <summary>Gets the sources that the model was trained on, unlearned ones included.</summary>
    public SourceRegistry Sources => _contents.Sources;

    /// <summary>Gets what runs for texts that have no sinks of their own.</summary>
    public SinkRouting Routing => _routes.Routing;

    /// <summary>Gets whether <see cref="ScoringResult.SinkSources"/> names the sources that a text was routed to.</summary>
    public bool ReportsRoutedSources => _routes.ReportsSources;

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
        return new NullsBundle(BundleTraining.Run(corpus, options, validation, progress, warn, inform, cancellationToken), new RouteSettings(options.Routing, Router: null, options.ReportsRoutedSources), SourceSet.Empty);
    }

    /// <summary>Makes a bundle on the same weights that routes texts without sinks of their own in another way.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such routing.</exception>
    /// <exception cref="InvalidOperationException">Nearest sources are asked for, and there is nothing to find them with: no router was given, and the model was not trained with such a routing, so it keeps no index of texts.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle WithRouting(SinkRouting routing)
    {
        RoutingRule.Require(routing, nameof(routing));
        if (RoutingRule.NeedsNearest(routing) && _contents.Index is null && _routes.Router is null)
            throw new InvalidOperationException("The nearest sources cannot be found, because this model keeps no index of its sources' texts. Train with Routing = SinkRouting.NearestSources, or give a router with WithRouter.");
        return With(_routes with { Routing = routing }, _unlearned);
    }

    /// <summary>Makes a bundle on the same weights that finds the nearest sources by the user's router.</summary>
    /// <param name="router">The router; null for the model's own index again. It stays the caller's, and is not saved: a loaded model has its index or, where it was trained without, the backbone alone.</param>
    /// <param name="routing">What is made of the sources found. The default is <see cref="SinkRouting.NearestSources"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such routing, or it looks for no sources.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="router"/> is null, and the model keeps no index of texts.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle WithRouter(ISourceRouter? router, SinkRouting routing = SinkRouting.NearestSources)
    {
        RoutingRule.Require(routing, nameof(routing));
        if (!RoutingRule.NeedsNearest(routing))
            throw new ArgumentOutOfRangeException(nameof(routing), routing, "This routing looks for no sources, so a router would never be asked. Take NearestSources, NearestSource or RunningText, or call WithRouting.");
        using var routed = With(_routes with { Router = router }, _unlearned);
        return routed.WithRouting(routing);
    }

    /// <summary>Makes a bundle on the same weights that names, or keeps to itself, the sources that a text was routed to.</summary>
    /// <remarks>Saved with the model. <see cref="ScoringResult.SinkState"/> tells in any case that a text was routed, and a text's own source, whose key the caller gave, is always named.</remarks>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle WithRoutedSourcesReported(bool isReported) => With(_routes with { ReportsSources = isReported }, _unlearned);

    /// <summary>Finds the surviving sources nearest to a text: by the router, if one was given, or else by the model's own index.</summary>
    /// <param name="text">The text.</param>
    /// <param name="count">The most sources to find; at least 1.</param>
    /// <param name="cancellationToken">Given to the router.</param>
    /// <returns>The nearest first; never an unlearned one. None when no source is near.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">The model keeps no index of texts, and has no router; or the router gave no answer.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public IReadOnlyList<RoutedSource> NearestSources(string text, int count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var inUse = Share();
        var found = _contents.Router.Nearest([text], count, _routes, _unlearned.Contains, cancellationToken)[0];
        return [.. found.Select(match => new RoutedSource(Sources.GetId(match.Source), match.Score))];
    }

    /// <summary>Makes another handle on the same weights and state.</summary>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Share() => With(_routes, _unlearned);

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
        return _contents.Scorer.Score(requests, outputs, generation, _routes, _unlearned.Contains, cancellationToken);
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
            foreach (var piece in _contents.Scorer.BeginCompletion(request, generation, _routes, _unlearned.Contains, cancellationToken).Pieces)
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

    /// <summary>Loads what <see cref="Save"/> wrote, whole also where another process replaces it meanwhile.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">The device to score on, such as <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>. The default is <c>cpu</c>.</param>
    /// <param name="precision">The precision to score in. The default is <see cref="Precision.Float32"/>; what is saved again is 32-bit in any case.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds no model, a damaged one, or one of a newer version.</exception>
    /// <exception cref="PlatformNotSupportedException">bfloat16 is asked for on a device without it.</exception>
    public static NullsBundle Load(string folder, string device = "cpu", Precision precision = Precision.Float32)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return AtomicFolder.Read(folder, BundleFormat.ManifestName, () => Directory.Exists(folder)
            ? Load(ReadPart, device, precision)
            : throw new DirectoryNotFoundException($"There is no folder '{folder}' to load a model from."));

        void ReadPart(string name, Action<Stream> read)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
                throw new InvalidDataException($"The folder '{folder}' holds no whole model: '{name}' is missing. Save the model again, or name the folder that NullsBundle.Save wrote.");
            using var file = File.OpenRead(path);
            read(file);
        }
    }

    /// <summary>Frees this handle; the weights are freed with the last one. Safe to call again.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _contents.Release();
    }

    /// <summary>Gets the network and what belongs to it, for those who keep a handle while they use it.</summary>
    internal BundleContents Contents
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
            return _contents;
        }
    }

    /// <summary>Tells whether the user's router would be asked about a text: it has no sinks of its own, and what the router answered before does not hold.</summary>
    /// <param name="request">The text.</param>
    /// <param name="answer">What the router answered before; null when it was not asked.</param>
    internal bool AsksRouter(ScoringRequest request, IReadOnlyList<RoutedSource>? answer) =>
        _routes.Router is not null && RoutingRule.NeedsNearest(_routes.Routing)
        && (string.IsNullOrEmpty(request.Source) || !Sources.TryGetIndex(request.Source, out var own) || _unlearned.Contains(own))
        && (answer is null || answer.Any(found => !IsInUse(found.Source)));

    /// <summary>Asks the user's router about texts, for <see cref="WithRouterAnswers"/>; holds no thread while it waits.</summary>
    internal async Task<IReadOnlyList<RoutedSource>[]> AskRouterAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        using var inUse = Share();
        // A model without one may have taken the place of the model that had it.
        if (_routes.Router is not { } router)
            return [.. texts.Select(_ => Array.Empty<RoutedSource>())];
        var guarded = new GuardedRouter(router, Sources, _unlearned.Contains, new RouteSettings(Routing).Answers);
        var found = await guarded.NearestAsync(texts, RoutingRule.NearestCount(_routes.Routing), cancellationToken).ConfigureAwait(false);
        return [.. found.Select(matches => matches.ConvertAll(match => new RoutedSource(Sources.GetId(match.Source), match.Score)))];
    }

    /// <summary>Makes a bundle on the same weights that does not ask the user's router again about texts that it answered.</summary>
    internal NullsBundle WithRouterAnswers(IReadOnlyDictionary<string, IReadOnlyList<RoutedSource>> answers) => With(_routes with { Answers = answers }, _unlearned);

    /// <summary>Routes a text now, and continues it by that route. The caller keeps the bundle until it has the last piece.</summary>
    internal StreamedCompletion BeginCompletion(ScoringRequest request, GenerationOptions generation, CancellationToken cancellationToken)
    {
        using var inUse = Share();
        return _contents.Scorer.BeginCompletion(request, generation, _routes, _unlearned.Contains, cancellationToken);
    }

    /// <summary>Gets every part of the saved form by its name, in the order to write them, each once; writers stream.</summary>
    internal IEnumerable<(string Name, Action<Stream> Write)> Parts
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
            return BundleFormat.Parts(_contents, _routes, _unlearned);
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

    private NullsBundle With(RouteSettings routes, SourceSet unlearned)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        _contents.AddReference();
        return new NullsBundle(_contents, routes, unlearned);
    }
}
