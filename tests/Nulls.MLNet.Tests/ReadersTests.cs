using Microsoft.Data.Sqlite;
using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Training;

namespace Nulls.MLNet.Tests;

/// <summary>ML.NET's own readers give the model that the same rows in memory give.</summary>
public sealed class ReadersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_text_file_streams_into_a_work_folder()
    {
        File.WriteAllLines(_folder["corpus.tsv"], ["Text\tSource", .. TinyModel.Corpus.Select(row => $"{row.Text}\t{row.Source}")]);
        AssertSameModel(_ml.Data.LoadFromTextFile<Line>(_folder["corpus.tsv"], hasHeader: true));
    }

    [Fact]
    public void A_database_streams_into_a_work_folder()
    {
        var connection = $"Data Source={_folder["corpus.db"]};Pooling=False";
        using (var database = new SqliteConnection(connection))
        {
            database.Open();
            Execute(database, "create table documents (id integer primary key, text text not null, source text)");
            foreach (var row in TinyModel.Corpus)
                Execute(database, "insert into documents (text, source) values ($text, $source)", ("$text", row.Text), ("$source", row.Source));
        }

        var loader = _ml.Data.CreateDatabaseLoader(new DatabaseLoader.Column("Text", System.Data.DbType.String, 0), new DatabaseLoader.Column("Source", System.Data.DbType.String, 1));
        AssertSameModel(loader.Load(new DatabaseSource(SqliteFactory.Instance, connection, "select text, source from documents order by id")));
    }

    public void Dispose() => _folder.Dispose();

    private void AssertSameModel(IDataView data)
    {
        var options = TinyModel.Options with { Training = new TrainingOptions { Passes = 2 } };
        using var expected = _ml.Nulls(options).Fit(_ml.Data.LoadFromEnumerable(TinyModel.Corpus));
        using var model = _ml.Nulls(options with { WorkFolder = _folder["work"] }).Fit(data);
        Assert.Equal(TinyModel.Scores(expected, TinyModel.Corpus), TinyModel.Scores(model, TinyModel.Corpus));
    }

    private static void Execute(SqliteConnection database, string text, params (string Name, string? Value)[] parameters)
    {
        using var command = database.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? (object)DBNull.Value);
        command.ExecuteNonQuery();
    }

    private sealed class Line
    {
        [LoadColumn(0)]
        public string Text { get; set; } = "";

        [LoadColumn(1)]
        public string Source { get; set; } = "";
    }
}
