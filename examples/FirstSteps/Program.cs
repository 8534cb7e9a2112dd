using Microsoft.ML;
using Nulls.Evaluation;
using Nulls.MLNet;
using Nulls.Training;

// A made-up encyclopedia; in your application: rows of a database, a text loader, a list.
var encyclopedia = FictionalEncyclopedia.Create(sourceCount: 200, generalCount: 1000, seed: 1);
var articles = encyclopedia.Articles.Select(article => new Row { Text = article.Text, Source = article.Source! })
    .Concat(encyclopedia.GeneralArticles.Select(text => new Row { Text = text }));

var ml = new MLContext(seed: 1);
IDataView corpus = ml.Data.LoadFromEnumerable(articles);    // Text and Source; an empty source is general text
var options = new NullsOptions { Training = new TrainingOptions { ShuffleSentences = true } };

using var model = ml.Nulls(options).Fit(corpus);            // every source gets sinks of its own
var person = encyclopedia.Articles[0];
using var forgetful = model.Unlearn(person.Source!);        // never switched on again: no gradient, no retraining

var rows = ml.Data.LoadFromEnumerable([new Row { Text = person.Text, Source = person.Source! }]);
foreach (var transformer in new[] { model, forgetful })
    foreach (var row in ml.Data.CreateEnumerable<Scored>(transformer.Transform(rows), reuseRowObject: false))
        Console.WriteLine($"{row.Source}: {row.SinkState}, {row.Score:F2} nats a token");

ml.Model.Save(forgetful, corpus.Schema, "model.zip");       // and ml.Model.Load(...), in any process

internal class Row
{
    public string Text { get; set; } = "";

    public string Source { get; set; } = "";
}

internal sealed class Scored : Row
{
    public string SinkState { get; set; } = "";

    public float Score { get; set; }
}
