using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Tests.Pipeline;

public class DataOperationsTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly NullsTransformer _model;
    private readonly ModelCalls _calls;
    private readonly Dictionary<string, float> _scores;

    public DataOperationsTests()
    {
        _model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = 5 });
        _scores = TinyModel.Corpus.Zip(_model.Transform(Corpus()).GetColumn<float>("Score")).ToDictionary(pair => pair.First.Text, pair => pair.Second);
        _calls = new ModelCalls(_ml);
    }

    [Fact]
    public void A_cached_view_is_scored_once()
    {
        var cached = _ml.Data.Cache(_model.Transform(Corpus()), "Text", "Score");

        AssertAligned(cached, TinyModel.Corpus.Count);
        var calls = _calls.Count;
        AssertAligned(cached, TinyModel.Corpus.Count);

        Assert.Equal((7, 7), (calls, _calls.Count));
    }

    [Fact]
    public void Each_enumeration_of_a_bare_view_scores_again()
    {
        var view = _model.Transform(Corpus());

        AssertAligned(view, TinyModel.Corpus.Count);
        AssertAligned(view, TinyModel.Corpus.Count);

        Assert.Equal(14, _calls.Count);
    }

    [Fact]
    public void Rows_taken_are_the_first_and_only_their_batches_are_scored()
    {
        var taken = _ml.Data.TakeRows(_model.Transform(Corpus()), 7);

        Assert.Equal(TinyModel.Corpus.Take(7).Select(row => row.Text), AssertAligned(taken, 7));
        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public void Rows_skipped_leave_the_rest_aligned() =>
        Assert.Equal(TinyModel.Corpus.Skip(7).Select(row => row.Text), AssertAligned(_ml.Data.SkipRows(_model.Transform(Corpus()), 7), TinyModel.Corpus.Count - 7));

    [Fact]
    public void Rows_can_be_filtered_by_score()
    {
        var median = _scores.Values.Order().ElementAt(_scores.Count / 2);

        var texts = AssertAligned(_ml.Data.FilterRowsByColumn(_model.Transform(Corpus()), "Score", lowerBound: median), TinyModel.Corpus.Count / 2);

        Assert.All(texts, text => Assert.True(_scores[text] >= median));
    }

    [Fact]
    public void Rows_shuffled_before_scoring_keep_their_scores()
    {
        var texts = AssertAligned(_model.Transform(_ml.Data.ShuffleRows(Corpus(), seed: 5)), TinyModel.Corpus.Count);

        Assert.NotEqual(TinyModel.Corpus.Select(row => row.Text), texts);
    }

    [Fact]
    public void Rows_shuffled_after_scoring_keep_their_scores()
    {
        var texts = AssertAligned(_ml.Data.ShuffleRows(_model.Transform(Corpus()), seed: 5), TinyModel.Corpus.Count);

        Assert.NotEqual(TinyModel.Corpus.Select(row => row.Text), texts);
    }

    [Fact]
    public void A_shuffled_and_filtered_pipeline_keeps_rows_together()
    {
        var shuffled = _ml.Data.ShuffleRows(Corpus(), seed: 5);
        var numbered = _ml.Data.FilterByCustomPredicate<Row>(shuffled, row => row.Text.Contains("lives", StringComparison.Ordinal));

        AssertAligned(_ml.Data.ShuffleRows(_model.Transform(numbered), seed: 6), 24);
    }

    [Fact]
    public void A_split_by_source_keeps_sources_and_scores_apart()
    {
        // ML.NET leaves rows with an empty sampling key out of both sets.
        var split = _ml.Data.TrainTestSplit(_model.Transform(Corpus()), testFraction: .4, samplingKeyColumnName: "Source");

        var train = split.TrainSet.GetColumn<string>("Source").Distinct();
        var test = split.TestSet.GetColumn<string>("Source").Distinct();
        Assert.Empty(train.Intersect(test));
        Assert.Equal(TinyModel.Sourced.Count, AssertAligned(split.TrainSet).Count + AssertAligned(split.TestSet).Count);
    }

    [Fact]
    public void A_split_without_a_key_keeps_rows_together()
    {
        var split = _ml.Data.TrainTestSplit(_model.Transform(Corpus()), testFraction: .4);

        Assert.Equal(TinyModel.Corpus.Count, AssertAligned(split.TrainSet).Count + AssertAligned(split.TestSet).Count);
    }

    [Fact]
    public void A_view_can_be_previewed()
    {
        var preview = _model.Transform(Corpus()).Preview(maxRows: 3);

        Assert.Equal(3, preview.RowView.Length);
        Assert.Equal(_scores[TinyModel.Corpus[2].Text], preview.RowView[2].Values.Single(value => value.Key == "Score").Value);
    }

    [Fact]
    public void A_model_and_its_estimator_can_be_previewed()
    {
        Assert.Equal(3, _model.Preview(Corpus(), maxRows: 3).RowView.Length);
        Assert.Equal(9, _ml.Nulls(TinyModel.Options with { Training = new Training.TrainingOptions { Passes = 1 } }).Preview(Corpus(), maxRows: 3).Schema.Count);
    }

    [Fact]
    public void Scores_survive_a_binary_file()
    {
        using var folder = new TemporaryFolder();
        var view = _model.Transform(Corpus());
        using (var stream = File.Create(folder["scored.idv"]))
            _ml.Data.SaveAsBinary(view, stream);

        var loaded = _ml.Data.LoadFromBinary(folder["scored.idv"]);

        AssertAligned(loaded, TinyModel.Corpus.Count);
        Assert.Equal(view.GetColumn<float[]>("Features").First(), loaded.GetColumn<float[]>("Features").First());
    }

    [Fact]
    public void Scores_survive_a_text_file()
    {
        using var folder = new TemporaryFolder();
        var selected = _ml.Transforms.SelectColumns("Text", "Score").Fit(_model.Transform(Corpus())).Transform(_model.Transform(Corpus()));
        using (var stream = File.Create(folder["scored.tsv"]))
            _ml.Data.SaveAsText(selected, stream, headerRow: false, schema: false);

        var loaded = _ml.Data.LoadFromTextFile(folder["scored.tsv"], [new("Text", DataKind.String, 0), new("Score", DataKind.Single, 1)], allowQuoting: true);

        foreach (var (text, score) in loaded.GetColumn<string>("Text").Zip(loaded.GetColumn<float>("Score")))
            Assert.Equal(_scores[text], score, 1e-4f);
    }

    private IDataView Corpus() => _ml.Data.LoadFromEnumerable(TinyModel.Corpus);

    private List<string> AssertAligned(IDataView scored, int? rows = null)
    {
        var texts = new List<string>();
        foreach (var row in _ml.Data.CreateEnumerable<ScoredText>(scored, reuseRowObject: true))
        {
            // Rows share a batch with others after a shuffle, which changes the order of sums.
            Assert.Equal(_scores[row.Text], row.Score, 1e-4f);
            texts.Add(row.Text);
        }

        if (rows is not null)
            Assert.Equal(rows, texts.Count);
        return texts;
    }

    private sealed class ScoredText
    {
        public string Text { get; set; } = "";
        public float Score { get; set; }
    }
}
