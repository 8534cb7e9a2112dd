using Nulls;
using Nulls.Inference;
using Nulls.Unlearning;

namespace ForgetDesk.Model;

// What changes the model: orders, and the orders of other processes.
public sealed partial class Desk
{
    /// <summary>Carries out an order about a source. Once this returns it is in the ledger, on the disk, and holds for every answer.</summary>
    /// <param name="action">What is ordered.</param>
    /// <param name="index">The source's number.</param>
    /// <param name="request">Who orders it, and why.</param>
    /// <exception cref="ArgumentException">There is no such source, or the request breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">The source is erased.</exception>
    /// <exception cref="IOException">The ledger cannot be written; nothing was changed.</exception>
    public LedgerEntry Order(LedgerAction action, int index, LedgerRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        _turn.EnterWriteLock();
        try
        {
            if (index < 0 || index >= _model.Sources.Count)
                throw new ArgumentException($"There is no source {index}. Search for it again.", nameof(index));
            if (_model.Sources.IsErased(index))
                throw new InvalidOperationException("The source is erased already, and what is erased cannot be restored.");
            var key = _model.Sources.GetKeyOrNull(index) ?? throw new InvalidOperationException("The source's key was withheld when the model was saved; it cannot be named here.");
            return action == LedgerAction.Erase ? Erase(key, request) : Switch(action, key, request);
        }
        finally
        {
            _turn.ExitWriteLock();
        }
    }

    /// <summary>Takes over what other processes have written into the ledger. A ledger that cannot be read leaves what holds.</summary>
    public void CatchUp()
    {
        try
        {
            if (!_ledger.Refresh())
                return;
            _turn.EnterWriteLock();
            try
            {
                Serve(_model.WithLedger(_ledger));
            }
            finally
            {
                _turn.ExitWriteLock();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // The health check and the ledger's page say what is wrong; what is unlearned stays so.
            LogLedgerUnread(exception);
        }
    }

    /// <summary>Looks whether the ledger is obeyed: an unlearned source answers for its own text with sinks that are not its own.</summary>
    /// <returns>What is wrong, in a sentence; null when nothing is.</returns>
    public string? FaultOfCanary() => Read(() =>
    {
        var unlearned = Enumerable.Range(0, _model.Sources.Count).FirstOrDefault(index => StatusOf(index) == SourceStatus.Unlearned, -1);
        if (unlearned < 0 || _model.Sources.GetKeyOrNull(unlearned) is not { } key)
            return null;
        var result = _serving.Score([new ScoringRequest("In the evening", key)], ScoringOutputs.SinkState)[0];
        return result.SinkState == SinkState.Own || result.SinkSources.Contains(_model.Sources.GetId(unlearned)) ? "A source that is unlearned still answers." : null;
    });

    /// <summary>Reads the ledger's entries, the latest first.</summary>
    /// <exception cref="InvalidDataException">A record was changed.</exception>
    /// <exception cref="IOException">The ledger cannot be read.</exception>
    public IReadOnlyList<LedgerEntry> ReadLedger(int most) => [.. _ledger.ReadEntries().TakeLast(most).Reverse()];

    /// <summary>Checks every byte of the ledger, and that it reaches as far as this process knows.</summary>
    /// <exception cref="IOException">The ledger cannot be read.</exception>
    public LedgerVerification VerifyLedger() => LedgerVerification.Of(_options.LedgerPath, _key, _ledger.State.Head);

    private LedgerEntry Switch(LedgerAction action, string key, LedgerRequest request)
    {
        var entry = _ledger.Append(action, [key], request, _model.ModelDigest);
        Serve(_model.WithLedger(_ledger));
        if (action == LedgerAction.Disable)
            Certify(_model, entry, key);
        return entry;
    }

    // The new weights are made first and the entry last, so that a failure records nothing. Should the process end before they are
    // saved, the next start carries the order out. Saved without what is merely unlearned, which is to be restorable.
    private LedgerEntry Erase(string key, LedgerRequest request)
    {
        var erased = _model.Erase([key]);
        LedgerEntry entry;
        try
        {
            entry = _ledger.Append(LedgerAction.Erase, [key], request, _model.ModelDigest);
        }
        catch
        {
            erased.Dispose();
            throw;
        }

        Serve(erased.WithLedger(_ledger));
        var before = _model;
        (_model, _indices) = (erased, IndicesOf(erased.Sources));
        using (before)
            Certify(before, entry, key);
        Library.Remove(key);
        erased.Save(_options.ModelFolder);
        return entry;
    }

    // The order holds whether or not it can be certified.
    private void Certify(NullsBundle before, LedgerEntry entry, string key)
    {
        var survivors = Enumerable.Range(0, _model.Sources.Count).Where(index => StatusOf(index) == SourceStatus.InUse).Select(_model.Sources.GetKey)
            .Select(survivor => (survivor, Library.TextOf(survivor))).Where(survivor => survivor.Item2 is not null).Select(survivor => (survivor.survivor, survivor.Item2!));
        try
        {
            _certificates.Issue(before, _serving, _ledger, entry, (key, Library.TextOf(key)), survivors);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or ArgumentException)
        {
            LogNotCertified(exception, entry.Sequence);
        }
    }

    private void Serve(NullsBundle model)
    {
        var (serving, backbone) = (_serving, _backbone);
        (_serving, _backbone) = (model, model.WithRouting(SinkRouting.Backbone));
        serving.Dispose();
        backbone.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Entry {Sequence} of the ledger holds, but could not be certified.")]
    private partial void LogNotCertified(Exception exception, long sequence);

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger cannot be read.")]
    private partial void LogLedgerUnread(Exception exception);
}
