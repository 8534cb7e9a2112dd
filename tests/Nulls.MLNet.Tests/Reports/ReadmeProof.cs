using Microsoft.ML;
using Nulls.Evaluation.Suite;
using Nulls.Reports;

namespace Nulls.MLNet.Tests.Reports;

/// <summary>The README's proof of a user's own data, so that its code compiles.</summary>
internal static class ReadmeProof
{
    public static NullsMetrics Run(MLContext ml, IDataView corpus, IDataView facts, NullsTransformer forgetful, string[] keys)
    {
        NullsMetrics metrics = ml.EvaluateNulls(forgetful, facts);      // columns Prompt, Answer, Alternatives and Source
        Report(metrics.Unlearned.Accuracy);                             // with n and its interval

        ProofReport report = ml.ProveNulls(corpus, facts, forget: keys);
        ProofReportWriter.Write(report, "report.json");
        ProofPage.Write(report, "report.html");                         // of Nulls.Reports
        return metrics;
    }

    private static void Report(Evaluation.MetricResult number) => Assert.NotNull(number);
}
