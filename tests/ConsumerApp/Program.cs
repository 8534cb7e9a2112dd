using Microsoft.ML;

// An application that knows ML.NET alone: loads a model file and scores the lines of a tab-separated file of texts and sources.
var ml = new MLContext();
var model = ml.Model.Load(args[0], out _);

var rows = File.ReadLines(args[1]).Select(line => line.Split('\t')).Select(fields => new Row { Text = fields[0], Source = fields[1] });
var data = ml.Data.LoadFromEnumerable(rows);
var scored = ml.Data.CreateEnumerable<Scored>(model.Transform(data), reuseRowObject: false).ToList();

using var engine = ml.Model.CreatePredictionEngine<Row, Scored>(model);
foreach (var (row, batch) in rows.Zip(scored))
    Console.WriteLine($"{batch.Score:R}\t{engine.Predict(row).Score:R}\t{batch.SinkState}");

internal sealed class Row
{
    public string Text { get; set; } = "";
    public string Source { get; set; } = "";
}

internal sealed class Scored
{
    public float Score { get; set; }
    public string SinkState { get; set; } = "";
}
