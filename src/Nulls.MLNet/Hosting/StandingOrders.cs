using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>What is ordered about the sources of one model, by their indices.</summary>
/// <param name="Head">How far the ledger was read that says so; null where there is none.</param>
/// <param name="Unlearned">The sources whose sinks never run.</param>
/// <param name="Restored">The sources that were unlearned once and run again.</param>
/// <param name="Erased">Those of the unlearned that are to be erased, and that the model still holds.</param>
internal sealed record StandingOrders(LedgerHead? Head, IReadOnlyCollection<int> Unlearned, IReadOnlyCollection<int> Restored, IReadOnlyCollection<int> Erased);
