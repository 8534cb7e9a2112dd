using Nulls.Model;
using Nulls.Sinks;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls;

/// <summary>Models made of another's weights, in which something is physically not there.</summary>
internal static class BundleErasure
{
    /// <summary>Copies everything but the sinks of these sources, which are zero, and what else is held of them.</summary>
    public static BundleContents Erase(BundleContents contents, HashSet<int> erased)
    {
        var sinks = contents.Config.CreateAllocation().AllocateAll(erased);
        return Copy(contents, model =>
        {
            using Scalar zero = 0;
            foreach (var layer in model.Layers)
            {
                layer.Mlp.SinkGateUp.index_fill_(0, Rows(sinks, [0, model.Config.SinkPoolWidth], model.Device), zero);
                layer.Mlp.SinkDown.index_fill_(0, Rows(sinks, [0], model.Device), zero);
            }

            return new BundleContents(
                model, contents.Tokenizer, contents.Sources.Without(erased.Contains),
                contents.Index?.Renumbered(source => erased.Contains(source) ? -1 : source, contents.Index.Postings.SourceCount), contents.ScoringPrecision);
        });
    }

    /// <summary>Copies everything, and changes the copy's weights.</summary>
    /// <param name="contents">What is copied.</param>
    /// <param name="change">Changes the copy; the weights that it was made of are given too, for reading.</param>
    public static BundleContents Copy(BundleContents contents, Action<NullsModel, NullsModel> change) => Copy(contents, model =>
    {
        change(model, contents.Model);
        return new BundleContents(model, contents.Tokenizer, contents.Sources, contents.Index, contents.ScoringPrecision);
    });

    /// <summary>Tells whether every weight of these sinks is zero.</summary>
    public static bool IsZero(NullsModel model, SinkSet sinks)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return model.Layers.All(layer =>
            IsZero(layer.Mlp.SinkGateUp, Rows(sinks, [0, model.Config.SinkPoolWidth], model.Device)) && IsZero(layer.Mlp.SinkDown, Rows(sinks, [0], model.Device)));
    }

    /// <summary>Tells whether two models are the same but for their sinks.</summary>
    public static bool HasBackboneOf(NullsModel model, NullsModel other)
    {
        using var scope = NewDisposeScope();
        var (ours, theirs) = (Backbone(model), Backbone(other));
        return ours.Count == theirs.Count && ours.All(weights =>
            theirs.TryGetValue(weights.Key, out var same) && weights.Value.shape.SequenceEqual(same.shape) && weights.Value.eq(same.to(model.Device)).all().item<bool>());

        static Dictionary<string, Tensor> Backbone(NullsModel model)
        {
            var pools = model.SinkParameters.Select(parameter => parameter.Handle).ToHashSet();
            return model.named_parameters().Where(named => !pools.Contains(named.parameter.Handle)).ToDictionary(named => named.name, named => (Tensor)named.parameter);
        }
    }

    /// <summary>Copies the backbone and the sinks of these sources, each to a block of its own.</summary>
    public static BundleContents Compact(BundleContents contents, int[] kept)
    {
        var allocation = contents.Config.CreateAllocation();
        SinkSet[] sinks = [.. kept.Select(source => allocation.Allocate(source))];
        var perSource = Math.Max(1, sinks.Select(set => set.Count).DefaultIfEmpty(0).Max());
        var width = (long)Math.Max(1, kept.Length) * perSource;
        if (width > contents.Config.SinkPoolWidth)
        {
            throw new ArgumentException(
                $"A compact model gives each of its sources {perSource} sinks of its own: {kept.Length:N0} sources need {width:N0}, more than the {contents.Config.SinkPoolWidth:N0} of the whole model. " +
                $"Name at most {contents.Config.SinkPoolWidth / perSource:N0} sources, or erase the others instead.", nameof(kept));
        }

        var config = contents.Config with { SinkPoolWidth = (int)width, SinksPerSource = perSource, Allocation = SinkAllocationKind.Exclusive, AllocationDegree = 0 };
        var model = new NullsModel(config, contents.Model.Device);
        return Finish(model, () =>
        {
            var pools = model.SinkParameters.Select(parameter => parameter.Handle).ToHashSet();
            foreach (var (target, source) in model.parameters().Zip(contents.Model.parameters()).Where(pair => !pools.Contains(pair.First.Handle)))
                target.copy_(source);
            for (var i = 0; i < kept.Length; i++)
            {
                // A source with fewer sinks than the most leaves the rest of its block zero.
                var block = SinkSet.Of([.. Enumerable.Range(i * perSource, sinks[i].Count)]);
                var (from, to) = (contents.Config.SinkPoolWidth, config.SinkPoolWidth);
                foreach (var (target, source) in model.Layers.Zip(contents.Model.Layers))
                {
                    Copy(source.Mlp.SinkGateUp, Rows(sinks[i], [0, from], model.Device), target.Mlp.SinkGateUp, Rows(block, [0, to], model.Device));
                    Copy(source.Mlp.SinkDown, Rows(sinks[i], [0], model.Device), target.Mlp.SinkDown, Rows(block, [0], model.Device));
                }
            }

            return new BundleContents(
                model, contents.Tokenizer, contents.Sources.Only(kept),
                contents.Index?.Renumbered(source => Math.Max(-1, Array.BinarySearch(kept, source)), kept.Length), contents.ScoringPrecision);
        });
    }

    private static bool IsZero(Tensor weights, Tensor rows) => weights.index_select(0, rows).count_nonzero().item<long>() == 0;

    private static BundleContents Copy(BundleContents contents, Func<NullsModel, BundleContents> make)
    {
        var model = new NullsModel(contents.Config, contents.Model.Device);
        return Finish(model, () =>
        {
            foreach (var (target, source) in model.parameters().Zip(contents.Model.parameters()))
                target.copy_(source);
            return make(model);
        });
    }

    // Frees the new model when its contents cannot be made.
    private static BundleContents Finish(NullsModel model, Func<BundleContents> make)
    {
        try
        {
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            return make();
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void Copy(Tensor from, Tensor fromRows, Tensor to, Tensor toRows) => to.index_copy_(0, toRows, from.index_select(0, fromRows));

    private static Tensor Rows(SinkSet sinks, int[] offsets, Device device) =>
        tensor(offsets.SelectMany(offset => sinks.Indices.ToArray().Select(sink => (long)(sink + offset))).ToArray(), device: device);
}
