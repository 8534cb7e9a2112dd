using System.Xml.Linq;
using Nulls.Evaluation;
using Nulls.Evaluation.Suite;
using static Nulls.Reports.Html;

namespace Nulls.Reports;

/// <summary>What a reader who stops after one screen must know: what was asked, the answer, how sure it is, and what was not tested.</summary>
internal static class FirstScreen
{
    private const int MostMisses = 4;
    private const int MostHeld = 4;
    private const int MostReasons = 4;
    private const int MostNames = 3;
    private const string Gold = "retrained";
    private const string UnweighedClaim = "claim.";

    public static IEnumerable<XElement> Of(ProofReport report)
    {
        yield return Element("header",
            Element("h1", "Is the model, after unlearning, like one that never saw the sources?"),
            Element("p", Attribute("class", "meta"),
                $"Proof of unlearning · corpus {report.Corpus} · {report.ForgetSet} · {report.Form} form · made {report.Made.UtcDateTime:yyyy-MM-dd HH:mm} UTC, after {Numbers.Time(report.Computed)} of computing"));
        yield return Element("div", Attribute("class", "first"), Answer(report), Element("div", Asked(report), Sure(report), NotTested(report)));
    }

    /// <summary>Orders misses: the furthest from its reach first, by what it had to reach; those without a number last.</summary>
    internal static IReadOnlyList<ProofClaim> MissesOf(ProofReport report) =>
        [.. report.Claims.Where(claim => !claim.Held).OrderBy(claim => double.IsNaN(claim.Value)).ThenByDescending(Shortfall).ThenBy(claim => claim.Name, StringComparer.Ordinal)];

    internal static string ReachOf(ProofClaim claim) => $"{(claim.IsAtLeast ? "at least" : "at most")} {Numbers.Text(claim.Reach)}";

    private static double Shortfall(ProofClaim claim) => Math.Abs(claim.Value - claim.Reach) / Math.Abs(claim.Reach);

    private static XElement Answer(ProofReport report)
    {
        var misses = MissesOf(report);
        var held = report.Claims.Count - misses.Count;
        var verdict = (report.Claims.Count, misses.Count) switch
        {
            (0, _) => "Nothing was claimed, so nothing is answered. What was measured stands below.",
            (var all, 0) => $"Yes, in all that was claimed: {Count(all, "claim was", "claims were")} tested, and {(all == 1 ? "it" : "every one")} held.",
            (_, var missed) when held == 0 => $"No: {(missed == 1 ? "the one claim was missed" : $"all {missed} claims were missed")}.",
            (_, var missed) => $"Not in everything: {Count(held, "claim", "claims")} held, {missed} {(missed == 1 ? "was" : "were")} missed.",
        };
        var unweighed = report.NotRun.Count(omission => omission.Name.StartsWith(UnweighedClaim, StringComparison.Ordinal));
        return Section("answer", $"answer {(report.Claims.Count == 0 ? "" : misses.Count == 0 ? "is-held" : "is-missed")}", "The answer",
            Element("p", Attribute("class", "verdict"), verdict),
            misses.Count == 0 ? null : Element("p", misses.Count == 1 ? "What was missed:" : "What was missed, the worst first:"),
            misses.Count == 0 ? null : Element("ol", misses.Take(MostMisses).Select(claim => Element("li", Element("strong", claim.Statement), " ", Missed(claim)))),
            misses.Count <= MostMisses ? null : Element("p", $"{misses.Count - MostMisses} more stand in the ", Element("a", Attribute("href", "#claims"), "table of claims"), "."),
            held == 0 ? null : Element("p", "What held:"),
            held == 0 ? null : Element("ul", report.Claims.Where(claim => claim.Held).Take(MostHeld).Select(claim => Element("li", claim.Statement))),
            held <= MostHeld ? null : Element("p", $"{held - MostHeld} more stand in the ", Element("a", Attribute("href", "#claims"), "table of claims"), "."),
            unweighed == 0 ? null : Element("p", $"{Count(unweighed, "claim of the suite was", "claims of the suite were")} not weighed: ", Element("a", Attribute("href", "#not-run"), "not run"), "."),
            Element("p", "It holds for these texts, these questions and these attacks with their budgets, and for nothing else."));
    }

    private static string Missed(ProofClaim claim)
    {
        var how = double.IsNaN(claim.Value)
            ? $"There is no number to decide it by; {ReachOf(claim)} was to be reached."
            : $"Measured: {Numbers.Text(claim.Value)}{(claim.Interval is { } interval ? $" (95 % interval {Numbers.Text(interval)})" : "")}; to be reached: {ReachOf(claim)}; n = {Numbers.Count(claim.Count)}.";
        return claim.Note.Length > 0 ? $"{how} {claim.Note}" : how;
    }

    private static XElement Asked(ProofReport report) => Section("asked", "", "What was asked",
        Element("p",
            $"A language model was trained on the texts of {Count(report.SourceCount, "source", "sources")}. {Numbers.Count(report.ForgottenCount)} of them were then unlearned. " +
            $"The same model, trained anew without these, shows what forgetting should look like; {report.Systems.Count} systems are compared."));

    private static XElement Sure(ProofReport report)
    {
        var counts = report.Claims.Where(claim => claim.Count > 0).Select(claim => claim.Count).ToArray();
        return Section("sure", "", "How sure it is",
            Element("p", report.Seeds.Count == 1
                ? $"Every system was trained once (seed {report.Seeds[0]}): what another training would give is not known.{MoreSeeds(report)}"
                : $"Every system was trained {report.Seeds.Count} times, from the seeds {string.Join(", ", report.Seeds)}."),
            counts.Length == 0 ? null : Element("p",
                $"A claim rests on {(counts.Min() == counts.Max() ? Numbers.Count(counts[0]) : $"{Numbers.Count(counts.Min())} to {Numbers.Count(counts.Max())}")} things that were measured. " +
                "Intervals are of 95 %: they say what other questions could have given."),
            NoiseOf(report) is { } noise ? Element("p", noise) : null);
    }

    private static string MoreSeeds(ProofReport report)
    {
        int[] more = [.. report.Measurements.Select(number => number.Seed).Distinct().Except(report.Seeds).Order()];
        return more.Length == 0 ? "" : $" Retrained models come from seed {string.Join(", ", more)} too, to tell how far chance alone takes them apart.";
    }

    // What chance does: the same training without the sources, from other seeds.
    private static string? NoiseOf(ProofReport report)
    {
        var widest = report.Measurements
            .Where(number => number.Metric == "accuracy" && number.System.Contains(Gold, StringComparison.Ordinal) && !double.IsNaN(number.Value))
            .GroupBy(number => (number.System, number.FactType))
            .Where(group => group.Count() > 1)
            .Select(group => (group.Key.System, group.Key.FactType, Width: group.Max(number => number.Value) - group.Min(number => number.Value), Count: group.Max(number => number.Count)))
            .OrderByDescending(group => group.Width)
            .ToArray();
        return widest.Length == 0
            ? null
            : $"Noise: models retrained without the sources differ by chance too, by up to {Numbers.Text(widest[0].Width)} in accuracy between two seeds ({widest[0].System}, {Glossary.FactsInWords(widest[0].FactType)}, n {Numbers.Count(widest[0].Count)} a seed). What differs from them by no more than they from each other shows nothing.";
    }

    private static XElement NotTested(ProofReport report)
    {
        var byReason = report.NotRun.GroupBy(omission => omission.Reason).ToArray();
        return Section("untested", "", "What was not tested",
            report.NotRun.Count == 0
                ? Element("p", "All that this form of the suite has was run.")
                : Element("ul",
                    byReason.Take(MostReasons).Select(reason => Element("li", Names(reason), ": ", reason.Key)),
                    byReason.Length <= MostReasons ? null : Element("li", $"{byReason.Skip(MostReasons).Sum(reason => reason.Count())} more: ", Element("a", Attribute("href", "#not-run"), "not run"), ".")),
            Element("p", "Other texts, other models, larger budgets and attacks that are not listed."));

        static IEnumerable<object> Names(IEnumerable<ProofOmission> omissions)
        {
            ProofOmission[] all = [.. omissions];
            foreach (var (omission, i) in all.Take(MostNames).Select((omission, i) => (omission, i)))
            {
                if (i > 0)
                    yield return ", ";
                yield return Element("code", omission.Name);
            }

            if (all.Length > MostNames)
                yield return $" and {all.Length - MostNames} more";
        }
    }

    private static XElement Section(string id, string style, string title, params object?[] content) => Element("section",
        style.Length > 0 ? Attribute("class", style) : null, Attribute("aria-labelledby", id), Element("h2", Attribute("id", id), title), content);

    private static string Count(int count, string one, string many) => $"{Numbers.Count(count)} {(count == 1 ? one : many)}";
}
