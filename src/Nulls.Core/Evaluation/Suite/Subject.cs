using Nulls.Evaluation.Corpora;
using Nulls.Inference;
using Nulls.Sinks;
using Nulls.Sources;
using TorchSharp;

namespace Nulls.Evaluation.Suite;

/// <summary>A system while it is measured: its bundle in its state, and who is named when it is asked.</summary>
internal sealed class Subject : IDisposable
{
    private const string EverySource = "every source";
    private readonly ProofQuestions _questions;
    private readonly Dictionary<string, string?> _neighbours = [];
    private readonly Lazy<Dictionary<SourceId, string>> _keys;
    private readonly Scorer? _everySink;

    private Subject(SuiteSystem system, ProofQuestions questions, NullsBundle bundle)
    {
        (System, _questions, Bundle) = (system, questions, bundle);
        _keys = new(KeysById);
        if (system.AskedAs != AskedAs.EverySink)
            return;
        var contents = bundle.Contents;
        var sources = new SourceRegistry();
        sources.GetOrAdd(EverySource);
        var pool = bundle.Config.SinkPoolWidth;
        _everySink = new Scorer(contents.Model, contents.ScoringWeights, contents.Tokenizer, sources, new SinkRouter(sources, SinkAllocation.Exclusive(pool, pool), index: null));
    }

    public SuiteSystem System { get; }

    /// <summary>Gets the bundle: forgotten sources are unlearned or erased in it where the system is asked without their sinks.</summary>
    public NullsBundle Bundle { get; }

    /// <summary>Brings a trained model into the state of a system.</summary>
    public static Subject Open(SuiteSystem system, ProofQuestions questions, NullsBundle trained)
    {
        string[] known = [.. questions.Forget.Sources.Where(source => trained.Sources.TryGetIndex(source, out _))];
        using var routed = trained.WithRouting(system.Routing);
        return new Subject(system, questions, system.AskedAs switch
        {
            AskedAs.WithoutSinks or AskedAs.NeighbourOfDocument => system.IsErased ? routed.Erase(known) : routed.Unlearn(known),
            AskedAs.EverySink => Evened(routed, known),
            _ => routed.Share(),
        });
    }

    /// <summary>The same system with more sources unlearned, for questions about those.</summary>
    public Subject Without(IReadOnlyCollection<string> sources)
    {
        string[] known = [.. sources.Where(source => Bundle.Sources.TryGetIndex(source, out _))];
        return new Subject(System, _questions, System.AskedAs switch
        {
            AskedAs.WithoutSinks => Bundle.Unlearn(known),
            AskedAs.EverySink => Bundle.Erase(known),
            _ => Bundle.Share(),
        });
    }

    /// <summary>Whose sinks run for a question: null for none, and for what the system routes to.</summary>
    public string? SourceOf(ProofProbe probe) => System.AskedAs switch
    {
        AskedAs.OwnSinks => _questions.OwnerOf(probe),
        AskedAs.WithoutSinks => probe.Kind == FactKind.Shared ? null : probe.Sources[0],
        AskedAs.NeighbourOfDocument => NeighbourOf(probe.Sources[0]),
        AskedAs.EverySink => EverySource,
        _ => null,
    };

    /// <summary>Whose sinks run for a text of a source, or of none.</summary>
    public string? SourceOfText(string? source) => System.AskedAs switch
    {
        AskedAs.NeighbourOfDocument => source is not null && _questions.Forgotten.Contains(source) ? NeighbourOf(source) : source,
        AskedAs.EverySink => EverySource,
        AskedAs.NoSource => null,
        _ => source,
    };

    public IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs, GenerationOptions? generation, CancellationToken cancellationToken) =>
        _everySink is null
            ? Bundle.Score(requests, outputs, generation, cancellationToken)
            : _everySink.Score(requests, outputs, generation, new RouteSettings(SinkRouting.Backbone), _ => false, cancellationToken);

    public IReadOnlyList<ProbeAnswer> Ask(IReadOnlyList<ProofProbe> probes, CancellationToken cancellationToken) => ProbeAnswer.Ask(
        requests => Score(requests, ScoringOutputs.LogProbabilities, generation: null, cancellationToken),
        [.. probes.Select(probe => new AskedProbe(probe, probe.Prompt, SourceOf(probe)))]);

    public void Dispose() => Bundle.Dispose();

    // Erased sources have no sinks; every other sink counts for its share.
    private static NullsBundle Evened(NullsBundle bundle, string[] forgotten)
    {
        using var erased = bundle.Erase(forgotten);
        return erased.WithChangedWeights((model, _) =>
        {
            using Scalar share = (double)bundle.Config.SinksPerSource / bundle.Config.SinkPoolWidth;
            foreach (var layer in model.Layers)
                layer.Mlp.SinkDown.mul_(share);
        });
    }

    private string? NeighbourOf(string source)
    {
        if (!_neighbours.TryGetValue(source, out var neighbour))
        {
            var text = string.Join('\n', _questions.Corpus.Documents.Where(document => document.Source == source).Select(document => document.Text).Take(20));
            // It is itself the nearest where it survives.
            neighbour = Bundle.NearestSources(text, 2).Select(near => _keys.Value[near.Source]).FirstOrDefault(key => key != source);
            _neighbours[source] = neighbour;
        }

        return neighbour;
    }

    private Dictionary<SourceId, string> KeysById()
    {
        var keys = new Dictionary<SourceId, string>();
        foreach (var key in _questions.Corpus.Documents.Select(document => document.Source!).Distinct()) // A proof's corpus has a source for each.
        {
            if (Bundle.Sources.TryGetIndex(key, out var index))
                keys[Bundle.Sources.GetId(index)] = key;
        }

        return keys;
    }
}
