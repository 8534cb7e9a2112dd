using Microsoft.ML;
using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.MLNet;
using Nulls.Training;

// A made-up encyclopedia; in your application a database, a text loader, a list.
var encyclopedia = FictionalEncyclopedia.Create(sourceCount: 200, generalCount: 1000, seed: 1);
var articles = encyclopedia.Articles.Select(article => new Article { Text = article.Text, Source = article.Source! })
    .Concat(encyclopedia.GeneralArticles.Select(text => new Article { Text = text }));
var fact = encyclopedia.Facts[0];
var person = fact.Sources[0];

var ml = new MLContext(seed: 1);
var options = new NullsOptions
{
    Training = new TrainingOptions { ShuffleSentences = true },
    Generation = new GenerationOptions { MaxTokens = 1 },
};
IDataView question = ml.Data.LoadFromEnumerable([new Article { Text = fact.Question, Source = person }]);
IDataView corpus = ml.Data.LoadFromEnumerable(articles);    // Text and Source; an empty source is general text

using var model = ml.Nulls(options).Fit(corpus);            // every source gets sinks of its own
using var forgetful = model.Unlearn(person);                // never switched on again: no gradient, no retraining

foreach (var transformer in new[] { model, forgetful })
    foreach (var row in ml.Data.CreateEnumerable<Answer>(transformer.Transform(question), reuseRowObject: false))
        Console.WriteLine($"{row.SinkState,-8} {row.Text}{row.Completion}");

ml.Model.Save(forgetful, corpus.Schema, "model.zip");       // and ml.Model.Load(...), in any process

internal class Article
{
    public string Text { get; set; } = "";

    public string Source { get; set; } = "";
}

internal sealed class Answer : Article
{
    public string SinkState { get; set; } = "";

    public string Completion { get; set; } = "";
}
