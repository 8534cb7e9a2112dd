using Nulls;
using Nulls.Inference;
using Nulls.Sources;
using Nulls.Unlearning;

namespace ForgetDesk.Model;

/// <summary>The model that serves, its ledger, and what one may do with them. Thread-safe.</summary>
/// <remarks>
/// Answers are computed under a reader's lock and orders are carried out under the writer's: once an order returns, no answer that is
/// computed uses the sinks of its sources, and none that did is still being computed.
/// </remarks>
public sealed partial class Desk : IDisposable
{
    private const int MostTokensWritten = 14;
    private const int MostFound = 50;
    private readonly ReaderWriterLockSlim _turn = new();
    private readonly UnlearningLedger _ledger;
    private readonly LedgerKey _key;
    private readonly DeskOptions _options;
    private readonly ILogger _log;
    private readonly Certificates _certificates;

    // All weights, with nothing unlearned; what serves, on the same weights with the ledger applied; and that without any sinks.
    private NullsBundle _model;
    private NullsBundle _serving;
    private NullsBundle _backbone;
    private Dictionary<SourceId, int> _indices;

    internal Desk(NullsBundle model, UnlearningLedger ledger, LedgerKey key, Library library, DeskOptions options, TimeProvider time, ILoggerFactory logs)
    {
        (_model, _ledger, _key, _options, Library) = (model, ledger, key, options, library);
        _log = logs.CreateLogger<Desk>();
        _certificates = new Certificates(options, time);
        // Made at the start, so that two requests do not make two.
        PublicKey = _certificates.PublicKey();
        ledger.Prepare(model.Sources);
        _serving = model.WithLedger(ledger);
        _backbone = _serving.WithRouting(SinkRouting.Backbone);
        _indices = IndicesOf(model.Sources);
    }

    /// <summary>Gets the articles.</summary>
    public Library Library { get; }

    /// <summary>Gets the number of sources by what has become of them.</summary>
    public IReadOnlyDictionary<SourceStatus, int> Counts => Read(() =>
    {
        var statuses = Enumerable.Range(0, _model.Sources.Count).Select(StatusOf).CountBy(status => status).ToDictionary();
        return Enum.GetValues<SourceStatus>().ToDictionary(status => status, status => statuses.GetValueOrDefault(status));
    });

    /// <summary>Gets what names the weights.</summary>
    public string ModelDigest => Read(() => _model.ModelDigest);

    /// <summary>Gets the key that certificates are verified with, as PEM.</summary>
    public string PublicKey { get; }

    /// <summary>Gets how far the ledger has come, as last read.</summary>
    public LedgerHead LedgerHead => _ledger.State.Head;

    /// <summary>Asks the model, with sinks and without.</summary>
    /// <param name="question">The beginning of a sentence, which the model goes on from.</param>
    /// <param name="sourceKey">The source to answer by, or empty to be led by the question.</param>
    /// <exception cref="ArgumentException">The question has no word, or more tokens than the context has room for.</exception>
    public Exchange Ask(string question, string? sourceKey)
    {
        ArgumentNullException.ThrowIfNull(question);
        var source = string.IsNullOrWhiteSpace(sourceKey) ? null : sourceKey.Trim();
        return Read(() =>
        {
            var asked = question.Trim();
            var tokenCount = _serving.Tokenizer.Encode(asked).Length;
            var most = _serving.Config.ContextLength - MostTokensWritten - 1;
            if (tokenCount == 0)
                throw new ArgumentException("The question is empty. Type the beginning of a sentence.", nameof(question));
            if (tokenCount > most)
                throw new ArgumentException($"The question has {tokenCount} tokens, and the model reads at most {most} before an answer. Shorten it.", nameof(question));

            var isInUse = source is not null && _serving.Sources.TryGetIndex(source, out var index) && StatusOf(index) == SourceStatus.InUse;
            return new Exchange(asked, Answer(_serving, asked, isInUse ? source : null), Answer(_backbone, asked, null), source is not null && !isInUse);
        });
    }

    /// <summary>Finds sources whose key holds a text, in the order of their keys; at most 50.</summary>
    /// <param name="text">What to find; empty for all.</param>
    /// <param name="isOfficer">Whether sources that are not in use are listed, too.</param>
    public IReadOnlyList<SourceCard> Find(string? text, bool isOfficer) => Read<IReadOnlyList<SourceCard>>(() =>
    {
        var wanted = text?.Trim() ?? "";
        return [.. Enumerable.Range(0, _model.Sources.Count).Where(index => IsShown(index, isOfficer))
            .Where(index => _model.Sources.GetKeyOrNull(index)?.Contains(wanted, StringComparison.OrdinalIgnoreCase) == true)
            .OrderBy(_model.Sources.GetKey, StringComparer.Ordinal).Take(MostFound).Select(CardOf)];
    });

    /// <summary>Gives a source by its number; null when there is none, or none that the asker may see.</summary>
    public SourceCard? Get(int index, bool isOfficer) => Read(() =>
        index >= 0 && index < _model.Sources.Count && IsShown(index, isOfficer) ? CardOf(index) : null);

    /// <summary>Counts what erasing a source would take from the others.</summary>
    public ErasureImpact ImpactOf(string key) => Read(() => _model.ImpactOfErasing([key]));

    /// <summary>Gives the sources that an erasure takes most from, among those that are in use.</summary>
    public IReadOnlyList<(SourceCard Source, int SinksLost)> MostAffected(ErasureImpact impact)
    {
        ArgumentNullException.ThrowIfNull(impact);
        return Read<IReadOnlyList<(SourceCard, int)>>(() =>
            [.. impact.MostAffected.Where(loss => StatusOf(loss.SourceIndex) == SourceStatus.InUse).Select(loss => (CardOf(loss.SourceIndex), loss.SinksLost))]);
    }

    /// <summary>Gives the path of an entry's certificate; null when there is none.</summary>
    public string? CertificatePath(Guid entry) => File.Exists(_certificates.PathOf(entry)) ? _certificates.PathOf(entry) : null;

    /// <summary>Gives an entry's certificate as a page, verified; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The certificate's file was changed.</exception>
    public string? CertificatePage(Guid entry) => Read(() => _certificates.PageOf(entry, _key));

    public void Dispose()
    {
        _turn.EnterWriteLock();
        try
        {
            _backbone.Dispose();
            _serving.Dispose();
            _model.Dispose();
            _key.Dispose();
        }
        finally
        {
            _turn.ExitWriteLock();
        }

        _turn.Dispose();
    }

    private Answer Answer(NullsBundle model, string question, string? source)
    {
        var generation = new GenerationOptions { MaxTokens = MostTokensWritten, StopStrings = [".", "\n"] };
        var written = model.Score([new ScoringRequest(question, source)], ScoringOutputs.Completion | ScoringOutputs.SinkState, generation)[0];
        // How sure it was is asked for once more: a completion does not say.
        var certainty = written.Completion.Length == 0 ? 0 : Math.Exp(model.Score([new ScoringRequest(written.Completion, source, question)], ScoringOutputs.LogProbabilities)[0].Score);
        return new Answer(written.Completion.Trim(), certainty, written.SinkState, [.. written.SinkSources.Select(id => CardOf(_indices[id]))]);
    }

    private bool IsShown(int index, bool isOfficer) => isOfficer || StatusOf(index) == SourceStatus.InUse;

    private SourceStatus StatusOf(int index) =>
        _model.Sources.IsErased(index) ? SourceStatus.Erased
        : _model.Sources.GetKeyOrNull(index) is { } key && !_serving.IsUnlearned(key) ? SourceStatus.InUse
        : SourceStatus.Unlearned;

    private SourceCard CardOf(int index)
    {
        var key = _model.Sources.IsErased(index) ? null : _model.Sources.GetKeyOrNull(index);
        return new SourceCard(index, key, StatusOf(index), key is null ? null : _ledger.PseudonymOf(key).ToString());
    }

    private T Read<T>(Func<T> read)
    {
        _turn.EnterReadLock();
        try
        {
            return read();
        }
        finally
        {
            _turn.ExitReadLock();
        }
    }

    private static Dictionary<SourceId, int> IndicesOf(SourceRegistry sources) =>
        Enumerable.Range(0, sources.Count).Where(index => !sources.IsErased(index)).ToDictionary(sources.GetId, index => index);
}
