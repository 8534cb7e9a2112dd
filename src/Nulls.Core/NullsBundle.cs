using Nulls.Inference;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Text;
using Nulls.Training;

namespace Nulls;

/// <summary>STUB, signatures are final. A whole model as one thing to train, score, unlearn, save and load. Immutable and thread-safe; relatives share the weights.</summary>
public sealed class NullsBundle : IDisposable
{
    /// <summary>Trains. Checks corpus and options before any work. Warnings are full sentences that name the remedy.</summary>
    public static NullsBundle Train(
        IEnumerable<Document> corpus, NullsBundleOptions options, IProgress<TrainingProgress>? progress = null,
        Action<string>? warn = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public NullsConfig Config => throw new NotImplementedException();
    public BytePairTokenizer Tokenizer => throw new NotImplementedException();
    public SourceRegistry Sources => throw new NotImplementedException();
    public SinkRouting Routing => throw new NotImplementedException();
    public int UnlearnedCount => throw new NotImplementedException();
    /// <summary>Another handle on the same weights with another routing. InvalidOperationException when NearestSources is asked for and the model was not trained with it (it keeps no index of texts).</summary>
    public NullsBundle WithRouting(SinkRouting routing) => throw new NotImplementedException();
    public bool IsUnlearned(string sourceKey) => throw new NotImplementedException();

    /// <summary>Another bundle on the same weights with these sources' sinks never active. Unknown keys: ArgumentException naming them. Both must be disposed.</summary>
    public NullsBundle Unlearn(IEnumerable<string> sourceKeys) => throw new NotImplementedException();

    /// <summary>InvalidOperationException when the registry keeps no keys.</summary>
    public NullsBundle Unlearn(Func<string, bool> predicate) => throw new NotImplementedException();
    public NullsBundle Restore(IEnumerable<string> sourceKeys) => throw new NotImplementedException();

    /// <summary>Another handle on the same weights and state (reference-counted).</summary>
    public NullsBundle Share() => throw new NotImplementedException();

    /// <summary>One model call for the batch (split inside when over a token budget). Thread-safe. Generation is needed for Completion.</summary>
    public IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs, GenerationOptions? generation = null) => throw new NotImplementedException();

    /// <summary>Saves to a folder, atomically.</summary>
    public void Save(string folder) => throw new NotImplementedException();
    public static NullsBundle Load(string folder, string device = "cpu") => throw new NotImplementedException();

    /// <summary>Every part of the saved form by its file name, in the order to write them; writers stream.</summary>
    internal IEnumerable<(string Name, Action<Stream> Write)> Parts => throw new NotImplementedException();

    /// <summary>Reads the parts; each is opened once, and its stream need not seek. <paramref name="readPart"/> calls the action with the named part's stream, or throws when there is none.</summary>
    internal static NullsBundle Load(Action<string, Action<Stream>> readPart, string device) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
