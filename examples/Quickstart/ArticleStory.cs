using System.Diagnostics;
using Microsoft.ML;
using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.MLNet;

namespace Nulls.Examples;

/// <summary>Trains on real articles and unlearns some, one at a time: what the model still makes of their text.</summary>
internal static class ArticleStory
{
    private const int MostForgotten = 20;
    private const int PromptWords = 12;

    public static Report Tell(QuickstartOptions options)
    {
        var report = new Report();
        var articles = new ArticleCorpus(options);
        var sources = articles.Sources;
        var forgotten = Spread(sources, MostForgotten);
        var ml = new MLContext(options.Seed);

        Show.Heading($"1. Train on {sources.Length} articles, each a source with sinks of its own, beside {articles.GeneralCount} articles of general text");
        var corpus = ml.Data.LoadFromEnumerable(articles.Rows());
        var watch = Stopwatch.StartNew();
        using var model = Show.Training(progress => ml.Nulls(options.Apply(Recipes.Articles(options.IsSmall), "articles") with { Progress = progress }).Fit(corpus), out var tokensPerSecond);
        report["trainSeconds"] = watch.Elapsed.TotalSeconds;
        report["tokensPerSecond"] = tokensPerSecond;

        Show.Heading($"2. Unlearn {forgotten.Length} of them, one at a time");
        var neighbours = Neighbours.Find(ml, sources, forgotten);
        var own = new TextScores();
        var backbone = new TextScores();
        var neighbour = new TextScores();
        var othersDifference = 0f;
        foreach (var (article, nearest) in forgotten.Zip(neighbours))
        {
            own.Add(model, article.Text, article.Source);
            using var forgetful = model.Unlearn(article.Source);
            backbone.Add(forgetful, article.Text, article.Source);
            neighbour.Add(forgetful, article.Text, nearest);
            othersDifference = Math.Max(othersDifference, Difference(ml, model, forgetful, Spread([.. sources.Where(other => other != article)], 5)));
        }

        var neverRead = new TextScores();
        foreach (var article in articles.HeldOut)
            neverRead.Add(model, article.Text, source: null);

        Show.Table(
            ["text", "sinks that run", "loss (nats a token)", "recited 20-token spans"],
            [
                ["forgotten article", "its own, before", .. own.Cells],
                ["forgotten article", "none", .. backbone.Cells],
                ["forgotten article", "the nearest article's", .. neighbour.Cells],
                ["article never read", "none", .. neverRead.Cells],
            ]);
        Show.Line($"The largest change of another article's loss is {othersDifference}.");
        own.Write(report, "ownSinks");
        backbone.Write(report, "backbone");
        neighbour.Write(report, "neighbour");
        neverRead.Write(report, "heldOut");
        report["others.maxAbsDifference"] = othersDifference;

        Show.Heading("3. A text goes on, with the sinks of its article and without");
        foreach (var article in forgotten.Take(3))
        {
            using var forgetful = model.Unlearn(article.Source);
            var prompt = new Article { Source = article.Source, Text = string.Join(' ', article.Text.Split(' ').Take(PromptWords)) };
            Show.Table(
                [prompt.Text, "goes on"],
                [
                    ["own sinks", Continue(ml, model, prompt)],
                    ["unlearned", Continue(ml, forgetful, prompt)],
                    ["in truth", OneLine(article.Text[prompt.Text.Length..Math.Min(article.Text.Length, prompt.Text.Length + 100)])],
                ]);
        }

        var path = Path.Combine(options.Out, "model.zip");
        ml.Model.Save(model, corpus.Schema, path);
        Show.Line($"The model is in {path}");
        return report;
    }

    private static Article[] Spread(Article[] articles, int most)
    {
        var count = Math.Min(most, articles.Length);
        return [.. Enumerable.Range(0, count).Select(i => articles[i * articles.Length / count])];
    }

    private static float Difference(MLContext ml, NullsTransformer before, NullsTransformer after, Article[] articles) =>
        Losses(ml, before, articles).Zip(Losses(ml, after, articles), (x, y) => Math.Abs(x - y)).Max();

    private static float[] Losses(MLContext ml, NullsTransformer model, Article[] articles) =>
        [.. ml.Data.CreateEnumerable<Scored>(model.Transform(ml.Data.LoadFromEnumerable(articles)), reuseRowObject: false).Select(row => -row.Score)];

    private static string Continue(MLContext ml, NullsTransformer model, Article prompt) =>
        OneLine(ml.Data.CreateEnumerable<Continued>(model.Transform(ml.Data.LoadFromEnumerable([prompt])), reuseRowObject: false).Single().Completion);

    private static string OneLine(string text) => text.Replace('\n', ' ').Trim();
}
