using System.Diagnostics;
using Microsoft.ML;
using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.MLNet;

namespace Nulls.Examples;

/// <summary>Trains on an encyclopedia whose every fact is known, unlearns a tenth of it, and compares with never having read it.</summary>
internal static class EncyclopediaStory
{
    public static Report Tell(QuickstartOptions options)
    {
        var report = new Report();
        var (sourceCount, generalCount, nulls) = Recipes.Encyclopedia(options.IsSmall);
        var encyclopedia = FictionalEncyclopedia.Create(sourceCount, generalCount, options.Seed);
        var forgotten = encyclopedia.ForgottenSources;
        var ml = new MLContext(options.Seed);

        Show.Heading($"1. Train on {sourceCount} articles, each a source with sinks of its own, beside text of no source");
        Show.Line(encyclopedia.Articles[0].Text);
        var corpus = ml.Data.LoadFromEnumerable(Rows(encyclopedia));
        var watch = Stopwatch.StartNew();
        using var model = Show.Training(progress => ml.Nulls(options.Apply(nulls, "all") with { Progress = progress }).Fit(corpus), out var tokensPerSecond);
        report["trainSeconds"] = watch.Elapsed.TotalSeconds;
        report["tokensPerSecond"] = tokensPerSecond;
        var own = FactAccuracy.WithOwnSinks(model.Bundle, encyclopedia);

        Show.Heading($"2. Unlearn {forgotten.Count} of them: {string.Join(", ", forgotten.Take(3))} ...");
        model.Unlearn(forgotten).Dispose();
        watch.Restart();
        using var forgetful = model.Unlearn(forgotten);
        report["unlearnMilliseconds"] = watch.Elapsed.TotalMilliseconds;
        Show.Line($"That took {watch.Elapsed.TotalMilliseconds:F2} ms, once the code is compiled: no gradient, no other weights.");
        var (backbone, routed) = AskWithoutSinks(forgetful, encyclopedia);

        Show.Heading("3. Train again without them, to compare with a model that never read them");
        var others = ml.Data.LoadFromEnumerable(Rows(encyclopedia).Where(row => !forgotten.Contains(row.Source)));
        using var retrained = Show.Training(progress => ml.Nulls(options.Apply(nulls, "without-forgotten") with { Progress = progress }).Fit(others), out _);
        var (retrainedBackbone, retrainedRouted) = AskWithoutSinks(retrained, encyclopedia);

        Show.Heading("4. Questions in sentences that were never trained: the share answered rightly, out of 24 choices each (chance is 0.04)");
        Show.Table(
            ["facts stated by", "own sinks", "unlearned, backbone", "unlearned, routed", "retrained, backbone", "retrained, routed"],
            [
                Row("one forgotten source", accuracy => accuracy.UniqueForgotten),
                Row("one other source, unlearned alone", accuracy => accuracy.UniqueRetained),
                Row("one source, implied by others", accuracy => accuracy.Inferred),
                Row("2 or 3 sources", accuracy => accuracy.SharedFew),
                Row("5 sources", accuracy => accuracy.SharedFive),
                Row("10 or 20 sources", accuracy => accuracy.SharedMany),
            ]);
        Write("sinkOn", own);
        Write("backbone", backbone);
        Write("routed", routed);
        Write("retrained", retrainedBackbone);
        Write("retrainedRouted", retrainedRouted);

        Show.Heading("5. Save, load in a new process, ask again");
        var path = Path.Combine(options.Out, "model.zip");
        ml.Model.Save(forgetful, corpus.Schema, path);
        var texts = Rows(encyclopedia).Take(sourceCount).ToArray();
        var difference = AskAgain.InNewProcess(path, texts).Zip(AskAgain.Score(ml, forgetful, texts), MaxAbsDifference).Max();
        report["reloaded.maxAbsDifference"] = difference;
        Show.Line($"{path}: the largest difference of a token's log-probability, over all articles, is {difference}.");
        return report;

        string[] Row(string facts, Func<FactAccuracy, double> accuracy) =>
            [facts, .. new[] { own, backbone, routed, retrainedBackbone, retrainedRouted }.Select(measured => accuracy(measured).ToString("F3"))];

        void Write(string model, FactAccuracy accuracy)
        {
            report[$"{model}.uniqueForgotten"] = accuracy.UniqueForgotten;
            report[$"{model}.uniqueRetained"] = accuracy.UniqueRetained;
            report[$"{model}.inferred"] = accuracy.Inferred;
            report[$"{model}.sharedFew"] = accuracy.SharedFew;
            report[$"{model}.sharedFive"] = accuracy.SharedFive;
            report[$"{model}.sharedMany"] = accuracy.SharedMany;
        }
    }

    private static IEnumerable<Article> Rows(FictionalEncyclopedia encyclopedia) =>
        encyclopedia.Articles.Select(article => new Article { Text = article.Text, Source = article.Source! })
            .Concat(encyclopedia.GeneralArticles.Select(text => new Article { Text = text }));

    private static (FactAccuracy Backbone, FactAccuracy Routed) AskWithoutSinks(NullsTransformer model, FictionalEncyclopedia encyclopedia)
    {
        using var backbone = model.WithRouting(SinkRouting.Backbone);
        return (FactAccuracy.WithoutOwnSinks(backbone.Bundle, encyclopedia), FactAccuracy.WithoutOwnSinks(model.Bundle, encyclopedia));
    }

    private static float MaxAbsDifference(float[] first, float[] second) =>
        first.Length == second.Length ? first.Zip(second, (x, y) => Math.Abs(x - y)).Max() : float.PositiveInfinity;
}
