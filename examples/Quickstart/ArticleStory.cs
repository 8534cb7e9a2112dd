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
        var (sources, general, heldOut) = ReadCorpus(options);
        var forgotten = Spread(sources, MostForgotten);
        var ml = new MLContext(options.Seed);

        Show.Heading($"1. Train on {sources.Length} articles, each a source with sinks of its own, beside {general.Length} articles of general text");
        var corpus = ml.Data.LoadFromEnumerable(sources.Concat(general.Select(article => new Article { Text = article.Text })));
        var watch = Stopwatch.StartNew();
        using var model = Show.Training(progress => ml.Nulls(Recipes.Articles(options.IsSmall) with { Progress = progress }).Fit(corpus), out var tokensPerSecond);
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
        foreach (var article in heldOut)
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

    private static (Article[] Sources, Article[] General, Article[] HeldOut) ReadCorpus(QuickstartOptions options)
    {
        // Which are sources is the user's choice; of the others every tenth is set aside, to compare with text never read.
        var articles = ArticleFile.Read(options.Corpus!);
        var sources = articles.Take(options.Sources).ToArray();
        // What a source says must not come again as general text, nor what is set aside: the backbone would learn it.
        var keys = sources.Select(article => article.Source).ToHashSet();
        var texts = sources.Select(article => article.Text).ToHashSet();
        var others = articles.Skip(options.Sources).Concat(options.General is null ? [] : ArticleFile.Read(options.General))
            .Where(article => !keys.Contains(article.Source) && texts.Add(article.Text)).DistinctBy(article => article.Source).ToArray();
        if (others.Length < 20)
        {
            throw new InvalidDataException(
                $"Beside the {sources.Length} sources, '{options.Corpus}' has {others.Length} articles of general text, which the backbone learns from: at least 20 are needed. " +
                "Lower --sources, or name a file of more text with --general.");
        }

        var heldOut = others.Where((_, i) => i % 10 == 0).Take(MostForgotten).ToArray();
        return (sources, [.. others.Except(heldOut)], heldOut);
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
