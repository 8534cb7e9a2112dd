using System.Text.Json;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Tests.Model;

/// <summary>Logits of an independent PyTorch restatement of the released arithmetic, in each of its evaluation modes.</summary>
public class GoldenForwardTests
{
    [FactNeedingGolden]
    public void Golden_logits_of_every_mode_equal_the_sparse_path()
    {
        foreach (var golden in Cases(TestDevice.Chosen))
            TensorAssert.Equal(golden.Logits_BTV, Sparse(golden.Model, golden.Tokens, golden.Gate), Tolerances.ReorderedFloat32, golden.Name);
    }

    [FactNeedingGolden]
    public void Golden_logits_of_every_mode_equal_the_dense_masked_oracle()
    {
        foreach (var golden in Cases(CPU))
        {
            var wholeRows = golden.Tokens.Select(row => row.Select(_ => 0L).ToArray()).ToArray();
            var gates_BTI = DenseOracle.Gates(golden.Model.Config, [.. golden.Tokens.Select(row => row.Select(_ => golden.Gate).ToArray())]);
            var logits_BTV = DenseOracle.Logits(golden.Model, Tensor(golden.Tokens), wholeRows, gates_BTI);
            TensorAssert.Equal(golden.Logits_BTV, logits_BTV, Tolerances.ReorderedFloat32, golden.Name);
        }
    }

    [FactNeedingGolden]
    public void Golden_packed_rows_equal_the_sparse_path_one_document_a_sequence()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (tokens, documents, gates, golden_BTV, model) = Packed(TestDevice.Chosen);
        var pieces = new List<(int Row, int Start, TokenSequence Sequence)>();
        for (var row = 0; row < tokens.Length; row++)
        {
            foreach (var document in documents[row].Distinct())
            {
                var at = Enumerable.Range(0, tokens[row].Length).Where(t => documents[row][t] == document).ToArray();
                pieces.Add((row, at[0], new TokenSequence(at.Select(t => (int)tokens[row][t]).ToArray(), gates[document])));
            }
        }

        using var batch = new TokenBatch([.. pieces.Select(piece => piece.Sequence)], model.Device);
        var logits_NV = model.Logits(model.Hidden(batch));
        for (var i = 0; i < pieces.Count; i++)
        {
            var length = pieces[i].Sequence.Tokens.Length;
            var expected_TV = golden_BTV[pieces[i].Row].narrow(0, pieces[i].Start, length);
            TensorAssert.Equal(expected_TV, logits_NV.narrow(0, batch.Starts[i], length), Tolerances.ReorderedFloat32, $"document {i}");
        }
    }

    [FactNeedingGolden]
    public void Golden_packed_rows_equal_the_dense_masked_oracle()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (tokens, documents, gates, golden_BTV, model) = Packed(CPU);
        var gates_BTI = DenseOracle.Gates(model.Config, [.. documents.Select(row => row.Select(document => gates[document]).ToArray())]);
        TensorAssert.Equal(golden_BTV, DenseOracle.Logits(model, Tensor(tokens), documents, gates_BTI), Tolerances.ReorderedFloat32);
    }

    private static Tensor Sparse(NullsModel model, long[][] tokens, SinkGate gate)
    {
        using var noGrad = no_grad();
        using var batch = new TokenBatch([.. tokens.Select(row => new TokenSequence(row.Select(token => (int)token).ToArray(), gate))], model.Device);
        return model.Logits(model.Hidden(batch)).view(tokens.Length, tokens[0].Length, -1);
    }

    private sealed record GoldenCase(string Name, NullsModel Model, long[][] Tokens, SinkGate Gate, Tensor Logits_BTV);

    private static IEnumerable<GoldenCase> Cases(Device device)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryFolder.Golden, "forward.json")));
        var tokens = json.RootElement.GetProperty("tokens").Deserialize<long[][]>()!;
        var cases = json.RootElement.GetProperty("cases").EnumerateArray().ToArray();
        Assert.NotEmpty(cases);
        foreach (var item in cases)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var model = ReferenceModel.Load(idBits: item.GetProperty("id_bits").GetInt32(), device: device);
            yield return new GoldenCase(item.GetRawText()[..120], model, tokens, Gate(item, model.Config), Logits(item));
            model.Dispose();
        }
    }

    private static SinkGate Gate(JsonElement item, NullsConfig config)
    {
        var allocation = config.CreateAllocation();
        var excluded = item.GetProperty("exclude").EnumerateArray()
            .Aggregate(SinkSet.Empty, (union, id) => union.Union(allocation.Allocate(id.GetInt64())));
        var backboneShare = (double)config.BackboneWidth / (config.BackboneWidth + config.SinkPoolWidth);
        return item.GetProperty("eval_mode").GetString() switch
        {
            "activate_seq" => new SinkGate(allocation.Allocate(item.GetProperty("source_id").GetInt64()).Except(excluded)),
            "all" => new SinkGate(SinkSet.Of([.. Enumerable.Range(0, config.SinkPoolWidth)]).Except(excluded), (float)config.PublishedProbability),
            "dropout" => new SinkGate(SinkSet.Empty, BackboneScale: (float)((backboneShare + config.PublishedProbability) / backboneShare)),
            var mode => throw new InvalidDataException($"Unknown evaluation mode '{mode}' in forward.json."),
        };
    }

    private static (long[][] Tokens, long[][] Documents, SinkGate[] Gates, Tensor Logits_BTV, NullsModel Model) Packed(Device device)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryFolder.Golden, "forward.json")));
        var packed = json.RootElement.GetProperty("packed");
        var model = ReferenceModel.Load(idBits: packed.GetProperty("id_bits").GetInt32(), device: device);
        var allocation = model.Config.CreateAllocation();
        var gates = packed.GetProperty("source_of_document").EnumerateArray().Select(id => new SinkGate(allocation.Allocate(id.GetInt64()))).ToArray();
        return (json.RootElement.GetProperty("tokens").Deserialize<long[][]>()!, packed.GetProperty("documents").Deserialize<long[][]>()!, gates, Logits(packed), model);
    }

    private static Tensor Logits(JsonElement item)
    {
        var logits = item.GetProperty("logits").Deserialize<float[][][]>()!;
        return tensor(logits.SelectMany(row => row.SelectMany(token => token)).ToArray()).view(logits.Length, logits[0].Length, -1);
    }

    private static Tensor Tensor(long[][] rows) => tensor(rows.SelectMany(row => row).ToArray()).view(rows.Length, -1);
}
