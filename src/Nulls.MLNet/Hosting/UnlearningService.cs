using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>Gives orders to a served model.</summary>
internal sealed class UnlearningService(ModelHost host) : IUnlearningService
{
    public NullsModelInfo Model => host.Info;

    public UnlearningLedger? Ledger => host.Orders.Ledger;

    public Task<UnlearningReceipt> UnlearnAsync(IEnumerable<string> sourceKeys, LedgerRequest request, CancellationToken cancellationToken = default) =>
        OrderAsync(LedgerAction.Disable, sourceKeys, request, cancellationToken);

    public Task<UnlearningReceipt> RestoreAsync(IEnumerable<string> sourceKeys, LedgerRequest request, CancellationToken cancellationToken = default) =>
        OrderAsync(LedgerAction.Restore, sourceKeys, request, cancellationToken);

    public Task<UnlearningReceipt> EraseAsync(IEnumerable<string> sourceKeys, LedgerRequest request, CancellationToken cancellationToken = default) =>
        OrderAsync(LedgerAction.Erase, sourceKeys, request, cancellationToken);

    public SourceStatus GetStatus(string sourceKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceKey);
        using var lease = host.Acquire();
        return host.Orders.StatusOf(sourceKey, lease.Bundle);
    }

    public async Task<ErasureImpact> GetImpactAsync(IEnumerable<string> sourceKeys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sourceKeys);
        string[] keys = [.. sourceKeys];
        await host.RequireReadyAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () =>
            {
                using var lease = host.Acquire();
                return lease.Bundle.ImpactOfErasing(keys, cancellationToken);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public NullsBundle OpenBundle()
    {
        using var lease = host.Acquire();
        return lease.Bundle.Share();
    }

    public Task ReplaceModelAsync(CancellationToken cancellationToken = default) => host.ReplaceAsync(cancellationToken);

    private Task<UnlearningReceipt> OrderAsync(LedgerAction action, IEnumerable<string> sourceKeys, LedgerRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sourceKeys);
        ArgumentNullException.ThrowIfNull(request);
        return host.Orders.OrderAsync(action, [.. sourceKeys], request, cancellationToken);
    }
}
