using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Text;

namespace Nulls.Examples;

/// <summary>Finds the article nearest to another by the words that they share, with ML.NET's own text features.</summary>
internal static class Neighbours
{
    /// <summary>Gives the source of the article nearest to each of some articles, never itself.</summary>
    public static string[] Find(MLContext ml, Article[] all, Article[] some)
    {
        var data = ml.Data.LoadFromEnumerable(all);
        var pipeline = ml.Transforms.Text.FeaturizeText("Words", new TextFeaturizingEstimator.Options
        {
            WordFeatureExtractor = new WordBagEstimator.Options { NgramLength = 2, UseAllLengths = true, Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf },
            CharFeatureExtractor = null,
            Norm = TextFeaturizingEstimator.NormFunction.L2,
        }, nameof(Article.Text));
        var features = pipeline.Fit(data).Transform(data).GetColumn<VBuffer<float>>("Words").Select(Sparse).ToArray();
        return [.. some.Select(article =>
        {
            var self = Array.IndexOf(all, article);
            var nearest = Enumerable.Range(0, all.Length).Where(i => all[i].Source != article.Source).MaxBy(i => Dot(features[self], features[i]));
            return all[nearest].Source;
        })];
    }

    private static Dictionary<int, float> Sparse(VBuffer<float> vector) => new(vector.Items());

    private static float Dot(Dictionary<int, float> first, Dictionary<int, float> second) =>
        first.Sum(item => item.Value * second.GetValueOrDefault(item.Key));
}
