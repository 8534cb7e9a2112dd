using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Tests.Pipeline;

public class PassThroughTests
{
    // Not a divisor of the number of rows, so that batches are refilled and the last is short.
    private const int BatchSize = 3;

    private static readonly Rich[] Rows = [.. Enumerable.Range(0, 10).Select(row => new Rich
    {
        Text = $"In house {row % 8} lives a fox.", Source = $"house-{row % 8}", Number = row, When = new DateTime(2026, 1, 1).AddDays(row), Span = TimeSpan.FromMinutes(row),
        IsOdd = row % 2 == 1, Fixed = [row, -row], Words = [.. Enumerable.Repeat($"w{row}", row % 4)], Key = (uint)(row % 5 + 1), Picture = new Picture(row),
    })];

    private readonly MLContext _ml = new();

    [Fact]
    public void Columns_of_every_type_stay_with_their_rows()
    {
        using var model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = BatchSize });

        var data = _ml.Data.LoadFromEnumerable(Rows);
        var scored = _ml.Data.CreateEnumerable<RichScored>(model.Transform(data), reuseRowObject: false).ToArray();

        Assert.Equal(Rows.Length, scored.Length);
        foreach (var (expected, actual) in _ml.Data.CreateEnumerable<Rich>(data, reuseRowObject: false).Zip(scored))
        {
            Assert.Equal(
                (expected.Text, expected.Source, expected.Number, expected.When, expected.Span, expected.IsOdd, expected.Key),
                (actual.Text, actual.Source, actual.Number, actual.When, actual.Span, actual.IsOdd, actual.Key));
            Assert.Equal(expected.Fixed, actual.Fixed);
            Assert.Equal(expected.Words, actual.Words);
            Assert.Same(expected.Picture, actual.Picture);
            Assert.True(float.IsFinite(actual.Score));
        }
    }

    [Fact]
    public void Sparse_vectors_stay_sparse_and_are_the_readers_own()
    {
        using var model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = BatchSize });
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Source").Append(_ml.Transforms.Conversion.MapKeyToVector("Hot", "Source"))
            .Fit(_ml.Data.LoadFromEnumerable(Rows)).Transform(_ml.Data.LoadFromEnumerable(Rows));
        var view = model.Transform(keyed);
        using var cursor = view.GetRowCursor([view.Schema["Hot"], view.Schema["Score"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(view.Schema["Hot"]);
        var (first, second) = (default(VBuffer<float>), default(VBuffer<float>));

        for (var row = 0; cursor.MoveNext(); row++)
        {
            getter(ref first);
            VBufferEditor.CreateFromBuffer(ref first).Values[0] = 99;
            getter(ref second);

            Assert.False(second.IsDense);
            Assert.Equal((1f, row % 8), (second.GetValues()[0], second.GetIndices()[0]));
        }
    }

    [Fact]
    public void One_row_object_may_be_reused()
    {
        using var model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = BatchSize });
        var view = model.Transform(_ml.Data.LoadFromEnumerable(Rows));

        var fresh = _ml.Data.CreateEnumerable<RichScored>(view, reuseRowObject: false).Select(row => (row.Text, row.Score, row.Words.Length));
        var reused = _ml.Data.CreateEnumerable<RichScored>(view, reuseRowObject: true).Select(row => (row.Text, row.Score, row.Words.Length));

        Assert.Equal(fresh.ToList(), reused.ToList());
    }

    /// <summary>A type of its own, as images are.</summary>
    private sealed record Picture(int Number);

    private sealed class PictureTypeAttribute : DataViewTypeAttribute
    {
        public override void Register() => DataViewTypeManager.Register(new PictureType(), typeof(Picture), this);
        public override bool Equals(DataViewTypeAttribute? other) => other is PictureTypeAttribute;
        public override bool Equals(object? obj) => obj is PictureTypeAttribute;
        public override int GetHashCode() => 0;
    }

    private sealed class PictureType() : StructuredDataViewType(typeof(Picture))
    {
        public override bool Equals(DataViewType? other) => other is PictureType;
        public override bool Equals(object? obj) => obj is PictureType;
        public override int GetHashCode() => 0;
    }

    private class Rich
    {
        public string Text { get; set; } = "";
        public string Source { get; set; } = "";
        public double Number { get; set; }
        public DateTime When { get; set; }
        public TimeSpan Span { get; set; }
        public bool IsOdd { get; set; }
        [VectorType(2)] public float[] Fixed { get; set; } = [];
        public string[] Words { get; set; } = [];
        [KeyType(5)] public uint Key { get; set; }
        [PictureType] public Picture? Picture { get; set; }
    }

    private sealed class RichScored : Rich
    {
        public float Score { get; set; }
    }
}
