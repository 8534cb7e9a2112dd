using Nulls.Kernels;
using Nulls.Model;
using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Inference;

/// <summary>How likely chosen tokens are after chosen hidden states: a normaliser and a gather, with few logits in memory at a time.</summary>
internal static class TokenLikelihood
{
    // 1 MB of logits, which a processor's cache holds while they are normalised, but no fewer rows than keep a product with the head
    // busy, up to 64 MB; a GPU has the bandwidth, and starting a kernel costs it more.
    private const int CachedLogits = 1 << 18;
    private const int MostLogits = 1 << 24;
    private const int BusyRows = 256;

    /// <summary>Log-probabilities of tokens, and whether no other token is likelier.</summary>
    /// <param name="model">The model, for its head.</param>
    /// <param name="weights">The matrices to multiply with.</param>
    /// <param name="hidden_ND">The hidden states.</param>
    /// <param name="queries">Rows of <paramref name="hidden_ND"/> and the tokens to look up; a row's queries are neighbours.</param>
    /// <param name="logitsAtATime">The most logits in memory, but at least one row; the default suits the device.</param>
    public static (float[] LogProbabilities, bool[] IsTop) Of(
        NullsModel model, ComputeWeights weights, Tensor hidden_ND, IReadOnlyList<(int Row, int Token)> queries, int? logitsAtATime = null)
    {
        var vocabularySize = model.Config.VocabularySize;
        var logProbabilities = new float[queries.Count];
        var isTop = new bool[queries.Count];
        foreach (var (start, rows, cells) in Chunks(queries, vocabularySize, RowsAtATime(model, logitsAtATime)))
        {
            using var scope = NewDisposeScope();
            var device = hidden_ND.device;
            var short_nV = model.ShortLogits(hidden_ND.index_select(0, tensor(rows, device: device)), weights);
            if (KernelLoop.Runs(short_nV))
            {
                OnKernels(short_nV, cells, logProbabilities.AsSpan(start), isTop.AsSpan(start));
                continue;
            }

            var logits_nV = short_nV.to(ScalarType.Float32);
            var cells_q = tensor(cells, device: device);
            var rowOf_q = tensor(Array.ConvertAll(cells, cell => cell / vocabularySize), device: device);
            var token_q = logits_nV.view(-1).index_select(0, cells_q);
            // The greatest logit serves both the test and the normaliser, and the logits are no longer needed as they were.
            var greatest_n1 = logits_nV.amax([1], keepdim: true);
            var greatest_q = greatest_n1.view(-1).index_select(0, rowOf_q);
            var normaliser_n = logits_nV.sub_(greatest_n1).exp_().sum(new long[] { 1 }).log();
            Read(token_q - greatest_q - normaliser_n.index_select(0, rowOf_q), logProbabilities, start);
            Read(token_q >= greatest_q, isTop, start);
        }

        return (logProbabilities, isTop);
    }

    private static void OnKernels(Tensor logits_nV, long[] cells, Span<float> logProbabilities, Span<bool> isTop)
    {
        var (rowCount, vocabularySize) = (logits_nV.shape[0], logits_nV.shape[1]);
        var (greatest, logSum) = (new float[rowCount], new float[rowCount]);
        LogitsKernel.Normalise(logits_nV, greatest, logSum);
        var logits = LogitsKernel.Pick(logits_nV, cells);
        for (var q = 0; q < cells.Length; q++)
        {
            var row = cells[q] / vocabularySize;
            (logProbabilities[q], isTop[q]) = (logits[q] - greatest[row] - logSum[row], logits[q] >= greatest[row]);
        }
    }

    /// <summary>Whether no token is likelier than given ones, under weighted averages of the predictions of J hidden states.</summary>
    /// <param name="model">The model, for its head.</param>
    /// <param name="weights">The matrices to multiply with.</param>
    /// <param name="hidden_ND">The hidden states.</param>
    /// <param name="rows">The J rows of each average.</param>
    /// <param name="logWeights">The logarithms of the J weights of each.</param>
    /// <param name="queries">Averages, ascending, and the tokens to look up.</param>
    /// <param name="logitsAtATime">The most logits in memory, but at least those of one average; the default suits the device.</param>
    public static bool[] IsTopOfMixture(
        NullsModel model, ComputeWeights weights, Tensor hidden_ND, IReadOnlyList<long[]> rows, IReadOnlyList<double[]> logWeights,
        IReadOnlyList<(int Average, int Token)> queries, int? logitsAtATime = null)
    {
        var vocabularySize = model.Config.VocabularySize;
        var isTop = new bool[queries.Count];
        if (queries.Count == 0)
            return isTop;

        var J = rows[0].Length;
        foreach (var (start, averages, cells) in Chunks(queries, vocabularySize, Math.Max(1, RowsAtATime(model, logitsAtATime) / J)))
        {
            using var scope = NewDisposeScope();
            var device = hidden_ND.device;
            var rows_n = tensor(averages.SelectMany(average => rows[(int)average]).ToArray(), device: device);
            var logWeights_nJ1 = tensor(averages.SelectMany(average => logWeights[(int)average]).Select(weight => (float)weight).ToArray(), device: device).view(-1, J, 1);
            var logProbabilities_nJV = model.Logits(hidden_ND.index_select(0, rows_n), weights).log_softmax(-1).view(-1, J, vocabularySize);
            var mixed_nV = logProbabilities_nJV.Plus(logWeights_nJ1).logsumexp(1);
            var cells_q = tensor(cells, device: device);
            var rowOf_q = tensor(Array.ConvertAll(cells, cell => cell / vocabularySize), device: device);
            Read(mixed_nV.view(-1).index_select(0, cells_q) >= mixed_nV.amax([1]).index_select(0, rowOf_q), isTop, start);
        }

        return isTop;
    }

    private static int RowsAtATime(NullsModel model, int? logitsAtATime)
    {
        var vocabularySize = model.Config.VocabularySize;
        if (logitsAtATime is null && model.Device.type == DeviceType.CPU)
            return Math.Max(1, Math.Max(CachedLogits / vocabularySize, Math.Min(BusyRows, MostLogits / vocabularySize)));
        return Math.Max(1, (logitsAtATime ?? MostLogits) / vocabularySize);
    }

    // Distinct rows, and each query's place among their logits.
    private static IEnumerable<(int Start, long[] Rows, long[] Cells)> Chunks(IReadOnlyList<(int Row, int Token)> queries, int vocabularySize, int rowsAtATime)
    {
        var rows = new List<long>();
        var cells = new List<long>();
        var start = 0;
        for (var q = 0; q < queries.Count; q++)
        {
            if (rows.Count == 0 || rows[^1] != queries[q].Row)
            {
                if (rows.Count == rowsAtATime)
                {
                    yield return (start, [.. rows], [.. cells]);
                    (start, rows, cells) = (q, [], []);
                }

                rows.Add(queries[q].Row);
            }

            cells.Add((rows.Count - 1L) * vocabularySize + queries[q].Token);
        }

        if (rows.Count > 0)
            yield return (start, [.. rows], [.. cells]);
    }

    private static void Read<T>(Tensor values_q, T[] destination, int start)
        where T : unmanaged => values_q.cpu().data<T>().CopyTo(destination, start);
}
