using Nulls.MLNet.Hosting;

namespace ForgetDesk.Model;

/// <summary>What the desk shows of a source.</summary>
/// <param name="Index">Its number, which stands in addresses in place of its key.</param>
/// <param name="Key">Its key; null once it is erased.</param>
/// <param name="Status">What has become of it.</param>
/// <param name="Pseudonym">What stands for it in the ledger; null once it is erased.</param>
public sealed record SourceCard(int Index, string? Key, SourceStatus Status, string? Pseudonym);
