using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Nulls.Unlearning;

/// <summary>Reads records in their order, each checked against the one before, and folds them to what holds now.</summary>
/// <param name="name">The ledger, as messages call it.</param>
/// <param name="key">Checks seals; without it only hashes are checked.</param>
internal sealed class LedgerChain(string name, LedgerKey? key)
{
    private readonly ImmutableDictionary<SourcePseudonym, LedgerAction>.Builder _lastActions = ImmutableDictionary.CreateBuilder<SourcePseudonym, LedgerAction>();
    // The sources of all entries in their order, so that who has followed so far looks at the new ones alone.
    private readonly List<SourcePseudonym> _changes = [];
    private string _lastHash = LedgerRecord.NoHash;

    /// <summary>Gets the number of records so far.</summary>
    public long Count { get; private set; }

    /// <summary>Gets the first record; null when none is read.</summary>
    public LedgerGenesis? Genesis { get; private set; }

    public LedgerHead? Head => Count == 0 ? null : new LedgerHead(Count, _lastHash);

    public LedgerState ToState() => new(Head!, _lastActions.ToImmutable()) { ChangeCount = _changes.Count }; // Only asked once the first record is read.

    /// <summary>Returns the sources whose last action may have changed from one state to a later one. For any thread.</summary>
    public IReadOnlyList<SourcePseudonym> ChangesBetween(int start, int end)
    {
        lock (_changes)
            return _changes.GetRange(start, end - start);
    }

    /// <summary>Takes the next record. One that is refused changes nothing.</summary>
    /// <returns>The entry; null for the record that begins the ledger.</returns>
    /// <exception cref="InvalidDataException">The record was edited, or is not the next one.</exception>
    /// <exception cref="ArgumentException">The ledger is written under another key.</exception>
    public LedgerEntry? Accept(ReadOnlySpan<byte> line)
    {
        if (!LedgerRecord.TrySplit(line, out var body, out var hashed, out var seal, out var hash) || LedgerRecord.HashOf(hashed) != hash)
            throw Fault("was edited: its hash is not that of its contents");

        try
        {
            using var json = JsonDocument.Parse(Encoding.UTF8.GetString(line));
            var (sequence, previous) = LedgerRecord.ReadPlace(json.RootElement);
            if (sequence != Count)
                throw Fault($"has the number {sequence}: records were removed, repeated or moved");
            if (previous != _lastHash)
                throw Fault("does not follow the one before it: a record was replaced, or is of another ledger");

            var genesis = Count == 0 ? LedgerRecord.ReadGenesis(json.RootElement) : null;
            var entry = Count == 0 ? null : LedgerRecord.ReadEntry(json.RootElement, hash);
            if (genesis is not null && key is not null && genesis.KeyId != key.Id)
                throw new ArgumentException($"The ledger {name} is written under the key {genesis.KeyId}, not under {key.Id}. Give the key that it was made with.", nameof(key));
            if (key is not null && !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key.Seal(body))), Encoding.ASCII.GetBytes(seal)))
                throw Fault("was not written under the ledger's key: its seal is another");

            Genesis ??= genesis;
            Fold(entry);
            (Count, _lastHash) = (Count + 1, hash);
            return entry;
        }
        catch (Exception failure) when (failure is JsonException or FormatException)
        {
            throw Fault($"is no record of a ledger: {failure.Message.TrimEnd('.')}", failure);
        }
    }

    private void Fold(LedgerEntry? entry)
    {
        lock (_changes)
            _changes.AddRange(entry?.Sources ?? []);
        foreach (var source in entry?.Sources ?? [])
        {
            if (!_lastActions.TryGetValue(source, out var before) || before != LedgerAction.Erase)
                _lastActions[source] = entry!.Action; // Without an entry there is no source.
        }
    }

    private InvalidDataException Fault(string what, Exception? cause = null) =>
        new($"Record {Count} of the ledger {name} {what}. Nothing from it on was applied. Restore the ledger from a copy, and find out who changed it.", cause);
}
