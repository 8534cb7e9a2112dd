using Nulls;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace ForgetDesk.Model;

/// <summary>Gives an officer's orders, one after the other, and has them certified.</summary>
public sealed partial class Orders(IUnlearningService unlearning, Certificates certificates, Library library, PagesUnderWay pages, ILogger<Orders> log) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Carries out an order about a source. Once this returns it is in the ledger, on the disk, it holds for every answer, and no page that was made before it leaves any more.</summary>
    /// <param name="action">What is ordered.</param>
    /// <param name="index">The source's number.</param>
    /// <param name="request">Who orders it, and why.</param>
    /// <exception cref="ArgumentException">There is no such source, or the request breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">The source is erased.</exception>
    /// <exception cref="IOException">The ledger cannot be written; nothing was changed.</exception>
    public async Task<Order> GiveAsync(LedgerAction action, int index, LedgerRequest request)
    {
        await _turn.WaitAsync();
        try
        {
            using var served = unlearning.OpenBundle();
            string[] keys = [KeyOf(served, index)];
            // To compare with: the same weights, with the source's own sinks on.
            using var before = served.Restore(keys);
            var receipt = await (action switch
            {
                LedgerAction.Disable => unlearning.UnlearnAsync(keys, request),
                LedgerAction.Restore => unlearning.RestoreAsync(keys, request),
                _ => unlearning.EraseAsync(keys, request),
            });
            var isCertified = action != LedgerAction.Restore && TryCertify(before, receipt, keys[0]);
            if (action == LedgerAction.Erase)
                library.Remove(key => key == keys[0]);
            await pages.LeaveAsync();
            return new Order(receipt.Entry!, isCertified, receipt.ArtefactsToRecall.Count == 0); // The desk has a ledger.
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static string KeyOf(NullsBundle model, int index)
    {
        if (index < 0 || index >= model.Sources.Count)
            throw new ArgumentException($"There is no source {index}. Search for it again.", nameof(index));
        if (model.Sources.IsErased(index))
            throw new InvalidOperationException("The source is erased already, and what is erased cannot be restored.");
        return model.Sources.GetKeyOrNull(index) ?? throw new InvalidOperationException("The source's key was withheld when the model was saved; it cannot be named here.");
    }

    // The order holds whether or not it can be certified.
    private bool TryCertify(NullsBundle before, UnlearningReceipt receipt, string key)
    {
        try
        {
            using var after = unlearning.OpenBundle();
            certificates.Issue(before, after, receipt, key);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or ArgumentException)
        {
            LogNotCertified(exception, receipt.Entry!.Sequence); // The desk has a ledger.
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Entry {Sequence} of the ledger holds, but could not be certified.")]
    private partial void LogNotCertified(Exception exception, long sequence);
}
