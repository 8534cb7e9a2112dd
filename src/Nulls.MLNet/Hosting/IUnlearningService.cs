using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>Orders about the sources of a served model. Thread-safe; orders are recorded one after the other, and erasures carried out one after the other.</summary>
/// <remarks>
/// With a ledger, an order is on the disk before it is acknowledged, and reaches other instances within <see cref="NullsServiceOptions.LedgerPollInterval"/>
/// and the time to read it. While the ledger's file or database is away or slow, answers go on and orders fail, at the latest after
/// <see cref="NullsServiceOptions.LedgerTimeout"/>; once it is back, what others ordered is in force within the same bound. Without a
/// ledger an order holds until the process ends, kept as the hashes of the keys.
/// </remarks>
public interface IUnlearningService
{
    /// <summary>Gets which model serves now, and in which state.</summary>
    NullsModelInfo Model { get; }

    /// <summary>Gets the ledger; null without one, or before the model is loaded.</summary>
    UnlearningLedger? Ledger { get; }

    /// <summary>Orders that the sinks of these sources never run. Once this returns, no answer of this instance comes from them, whenever it was asked for.</summary>
    /// <param name="sourceKeys">The keys, as trained, 1 to 100,000.</param>
    /// <param name="request">Who asks for it, and why.</param>
    /// <param name="cancellationToken">Gives the order up while it waits for its turn; once it is being recorded it is carried out.</param>
    /// <exception cref="ArgumentException">A key is not known (all such are named), none is given, or the request breaks a rule. Nothing was recorded.</exception>
    /// <exception cref="IOException">The ledger cannot be reached or written; the order is not acknowledged.</exception>
    /// <exception cref="UnauthorizedAccessException">The ledger may not be written.</exception>
    /// <exception cref="InvalidDataException">The ledger was changed.</exception>
    /// <exception cref="TimeoutException">The ledger did not answer within <see cref="NullsServiceOptions.LedgerTimeout"/>; the order is not acknowledged. It may be recorded all the same, as the message says, and is in force then.</exception>
    /// <exception cref="InvalidOperationException">The model could not be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled in time; nothing was recorded.</exception>
    Task<UnlearningReceipt> UnlearnAsync(IEnumerable<string> sourceKeys, LedgerRequest request, CancellationToken cancellationToken = default);

    /// <summary>Orders that the sinks of these sources run again.</summary>
    /// <param name="sourceKeys">The keys, as trained, 1 to 100,000.</param>
    /// <param name="request">Who asks for it, and why.</param>
    /// <param name="cancellationToken">Gives the order up while it waits for its turn.</param>
    /// <exception cref="InvalidOperationException">A source is erased, or the model could not be loaded.</exception>
    /// <inheritdoc cref="UnlearnAsync" path="/exception"/>
    Task<UnlearningReceipt> RestoreAsync(IEnumerable<string> sourceKeys, LedgerRequest request, CancellationToken cancellationToken = default);

    /// <summary>Erases these sources for good: makes new weights without them, which serve from then on and replace the model at <see cref="NullsServiceOptions.ModelPath"/>.</summary>
    /// <remarks>Needs the memory of a second model meanwhile. A model that could not be written over is in the receipt's <see cref="UnlearningReceipt.ArtefactsToRecall"/>, and health is degraded; with a <see cref="NullsServiceOptions.ModelPath"/> it is tried again every minute. Whenever such a model is loaded with the ledger, the sources are erased again, and it is written over. What is only unlearned is in the ledger, and stays in the file as it was.</remarks>
    /// <param name="sourceKeys">The keys, as trained, 1 to 100,000.</param>
    /// <param name="request">Who asks for it, and why.</param>
    /// <param name="cancellationToken">Gives the order up while it waits for its turn.</param>
    /// <inheritdoc cref="UnlearnAsync" path="/exception"/>
    Task<UnlearningReceipt> EraseAsync(IEnumerable<string> sourceKeys, LedgerRequest request, CancellationToken cancellationToken = default);

    /// <summary>Tells how the model stands to a source.</summary>
    /// <param name="sourceKey">The key, as trained.</param>
    /// <exception cref="ArgumentException">The key is empty or no valid Unicode text.</exception>
    /// <exception cref="InvalidOperationException">The model is not loaded.</exception>
    SourceStatus GetStatus(string sourceKey);

    /// <summary>Counts what <see cref="EraseAsync"/> would take from other sources.</summary>
    /// <param name="sourceKeys">The keys, as trained.</param>
    /// <param name="cancellationToken">Stops the count.</param>
    /// <exception cref="ArgumentException">A key is not known; all such are named.</exception>
    /// <exception cref="InvalidOperationException">The model could not be loaded.</exception>
    Task<ErasureImpact> GetImpactAsync(IEnumerable<string> sourceKeys, CancellationToken cancellationToken = default);

    /// <summary>Opens a handle on what serves now, for certificates and checks. The caller disposes it.</summary>
    /// <exception cref="InvalidOperationException">The model is not loaded.</exception>
    NullsBundle OpenBundle();

    /// <summary>Loads the model again from where the options say, and serves it once it is loaded; no request is dropped. Where it fails, the earlier one goes on.</summary>
    /// <param name="cancellationToken">Stops the wait for another load, and what <see cref="NullsServiceOptions.LoadModel"/> does.</param>
    /// <exception cref="IOException">The model cannot be read.</exception>
    /// <exception cref="InvalidDataException">The model is damaged, or has another digest than is expected.</exception>
    /// <exception cref="ArgumentException">The ledger is of another model; or there is none, orders were given, and the model hashes keys with another salt.</exception>
    Task ReplaceModelAsync(CancellationToken cancellationToken = default);
}
