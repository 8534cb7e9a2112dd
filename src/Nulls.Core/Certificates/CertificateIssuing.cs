using Nulls.Evaluation;
using Nulls.Sinks;
using Nulls.Unlearning;

namespace Nulls.Certificates;

/// <summary>Looks at what was done, and writes the statement about it.</summary>
internal static class CertificateIssuing
{
    private const int LongestText = 500;
    private const string DigestPrefix = "sha256:";

    public static CertificateStatement Write(
        NullsBundle before, NullsBundle after, UnlearningLedger ledger, LedgerEntry entry, CertificateDetails details, TimeProvider time)
    {
        var key = ledger.RequireKey();
        RequireRecorded(ledger, entry);
        var sources = ledger.Find(entry, before.Sources);
        if (sources.Count(source => source < 0) is var missing && missing > 0)
            throw new ArgumentException($"{missing:N0} of the {sources.Count:N0} sources of the entry are not in the model before. Give the model from which they were unlearned or erased.", nameof(before));
        RequireSound(details, before, sources);

        var sinks = before.Config.CreateAllocation().AllocateAll(sources);
        var mode = RequireDone(before, after, entry, sources, sinks);
        var predicate = new CertificateStatement.What(
            Guid.NewGuid(), time.GetUtcNow().ToUniversalTime(), $"Nulls.Core {typeof(NullsBundle).Assembly.GetName().Version}", mode, CertificateWords.MethodOf(mode),
            new CertificateStatement.Order(
                [.. entry.Sources.Select(source => source.ToString())], entry.Time, entry.Request.ReasonCode, entry.Request.LegalBasis, entry.Request.Actor,
                details.RequesterRole, details.ApproverRole),
            new CertificateStatement.Record(ledger.Genesis.Id, ledger.Genesis.KeyId, ledger.State.Head.ToString(), entry.Sequence, entry.Id, entry.Hash),
            SinkCommitment.Make(key, entry.Id, before.Config.SinkPoolWidth, sinks),
            [.. details.Tests, .. CertificateWords.NotRun(details.Tests)], details.Recall, CertificateWords.LimitsOf(mode), LossOf(details.Impact));
        return new CertificateStatement(
            CertificateStatement.StatementType,
            [WeightsOf(CertificateStatement.BeforeName, before), WeightsOf(CertificateStatement.AfterName, after)],
            CertificateStatement.UnlearningType, predicate);
    }

    private static void RequireRecorded(UnlearningLedger ledger, LedgerEntry entry)
    {
        if (entry.Action == LedgerAction.Restore)
            throw new ArgumentException("The entry restores sources, and a certificate is about unlearning or erasing. Give the entry that ordered that.", nameof(entry));
        if (!ledger.ReadEntries().Any(recorded => recorded.Hash == entry.Hash && recorded.Id == entry.Id))
            throw new ArgumentException($"The ledger {ledger.Genesis.Id} has no entry {entry.Id} with this hash. Give an entry that this ledger returned, and the ledger that returned it.", nameof(entry));
        ledger.Refresh();
    }

    private static CertificateMode RequireDone(NullsBundle before, NullsBundle after, LedgerEntry entry, IReadOnlyList<int> sources, SinkSet sinks)
    {
        if (entry.Action == LedgerAction.Disable)
        {
            if (after.ModelDigest != before.ModelDigest)
                throw new InvalidOperationException($"The entry disables sources, which changes no weight, but the model before is {before.ModelDigest} and the one after {after.ModelDigest}. Give the models on the same weights, or the entry of the erasure.");
            var running = sources.Count(source => !after.IsUnlearned(source));
            return running == 0 ? CertificateMode.Disable : throw new InvalidOperationException($"The sinks of {running:N0} of {sources.Count:N0} sources still run in the model after. Give the model that Unlearn or WithLedger returned.");
        }

        var held = sources.Count(source => after.Sources.TryGetIndex(before.Sources.GetId(source), out _));
        if (held > 0)
            throw new InvalidOperationException($"The model after still holds {held:N0} of {sources.Count:N0} sources. Give the model that Erase, EraseAsOrdered or Compact returned.");
        if (!after.HasBackboneOf(before))
            throw new InvalidOperationException("The model after has another backbone than the one before. A model that was trained again is not an erased one: give what Erase, EraseAsOrdered or Compact returned.");
        // A compact model numbers its sources anew; an erased one keeps all places.
        var isCompact = after.Config != before.Config || after.Sources.Count != before.Sources.Count;
        if (after.AreZero(isCompact ? SharedRows(before, after, sinks) : sinks))
            return isCompact ? CertificateMode.Compact : CertificateMode.Erase;
        throw new InvalidOperationException(isCompact
            ? "The compact model holds weights of the erased sources' sinks, because sources that it keeps share them. Erase first, and compact what Erase returned."
            : "The model after has weights other than zero in the sinks of the erased sources. Give the model that Erase returned.");
    }

    // Where in a compact model the sinks are that its sources share with others.
    private static SinkSet SharedRows(NullsBundle before, NullsBundle after, SinkSet sinks)
    {
        var allocation = before.Config.CreateAllocation();
        var rows = new List<int>();
        for (var source = 0; source < after.Sources.Count; source++)
        {
            if (!before.Sources.TryGetIndex(after.Sources.GetId(source), out var index))
                throw new InvalidOperationException("The model after has a source that the one before does not have. Give what Compact returned.");
            var own = allocation.Allocate(index).Indices;
            for (var place = 0; place < own.Length; place++)
            {
                if (sinks.Contains(own[place]))
                    rows.Add((source * after.Config.SinksPerSource) + place);
            }
        }

        return SinkSet.Of([.. rows]);
    }

    private static void RequireSound(CertificateDetails details, NullsBundle before, IReadOnlyList<int> sources)
    {
        foreach (var test in details.Tests)
            test.Validate();
        string[] texts =
        [
            .. new[] { details.RequesterRole, details.ApproverRole }.OfType<string>(),
            .. details.Tests.SelectMany(test => new[] { test.Name, test.Explanation, test.Threshold ?? "" }),
            .. details.Recall.SelectMany(artefact => new[] { artefact.Name, artefact.Kind, artefact.Holder ?? "", artefact.Digest ?? "", artefact.Status }),
        ];
        if (Array.Find(texts, text => text.Length > LongestText) is { } longest)
            throw new ArgumentException($"A text of a certificate has at most {LongestText} characters, but one that begins '{longest[..40]}' has {longest.Length}.", nameof(details));
        foreach (var key in sources.Select(before.Sources.GetKeyOrNull).OfType<string>())
        {
            if (Array.Exists(texts, text => text.Contains(key, StringComparison.OrdinalIgnoreCase)))
                throw new ArgumentException("A detail holds the key of a source, and a certificate holds none. Name a role, or the pseudonym, instead.", nameof(details));
        }
    }

    private static CertificateStatement.Weights WeightsOf(string name, NullsBundle bundle) =>
        new(name, new Dictionary<string, string> { ["sha256"] = bundle.ModelDigest[DigestPrefix.Length..] });

    // Rounded: with exact counts one could try which source it was.
    private static CertificateStatement.Loss? LossOf(ErasureTrial? trial) => trial is null ? null : new(
        Math.Round(trial.Impact.DeadShare, 3), Math.Round((double)trial.Impact.AffectedCount / Math.Max(1, trial.Impact.SurvivorCount), 2),
        Math.Round(trial.Impact.MeanShareLost, 3), ChangeOf(trial.SurvivorChange), ChangeOf(trial.GeneralChange));

    private static CertificateStatement.Change? ChangeOf(MetricResult change) => change.Count == 0 ? null : new(
        Math.Round(change.Value, 4), change.Count, Rounded(change.Interval?.Lower), Rounded(change.Interval?.Upper));

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 4) : null;
}
