using Nulls.Inference;

namespace Nulls.Evaluation.Suite;

/// <summary>Whether deleting a source from isolated parameters is exact: what survives computes what a model does that never saw it, on the same schedule.</summary>
internal static class IsolationMeasures
{
    public static StageResult Measure(NullsBundle with, NullsBundle without, ProofQuestions questions, int seed, CancellationToken cancellationToken)
    {
        using var erased = with.Erase(questions.Forget.Sources);
        using var neverSaw = without.Erase(questions.Forget.Sources);
        ScoringRequest[] requests =
        [
            .. questions.Corpus.Documents.Where(document => questions.Retained.Contains(document.Source!)).Select(document => new ScoringRequest(document.Text, document.Source)), // A proof's corpus has a source for each.
            .. questions.Corpus.Documents.Where(document => questions.Forgotten.Contains(document.Source!)).Select(document => new ScoringRequest(document.Text, null)), // As above.
            .. questions.Corpus.GeneralHeldOut.Select(text => new ScoringRequest(text, null)),
        ];
        var first = erased.Score(requests, ScoringOutputs.LogProbabilities, cancellationToken: cancellationToken);
        var second = neverSaw.Score(requests, ScoringOutputs.LogProbabilities, cancellationToken: cancellationToken);
        var greatest = first.Zip(second, (x, y) => x.TokenLogProbabilities.Zip(y.TokenLogProbabilities, (a, b) => Math.Abs((double)a - b)).DefaultIfEmpty(0).Max()).Max();
        return new StageResult(
        [
            new ProofMeasurement(SystemCatalog.Isolated, "exactness.max_difference", "text.surviving", seed, greatest, first.Sum(result => result.TokenLogProbabilities.Count), null),
            new ProofMeasurement(SystemCatalog.Isolated, "exactness.same_weights", "", seed, erased.ModelDigest == neverSaw.ModelDigest ? 1 : 0, 1, null),
        ]);
    }
}
