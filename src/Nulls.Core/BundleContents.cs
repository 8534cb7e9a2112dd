using Nulls.Inference;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Text;

namespace Nulls;

/// <summary>What bundles share: the weights and all that never changes. Freed with its last reference.</summary>
internal sealed class BundleContents
{
    private readonly Lazy<string> _weightsDigest;
    private int _references = 1;

    /// <param name="model">The network, taken over.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="sources">The sources.</param>
    /// <param name="index">The index of their texts; null when the model was trained without.</param>
    /// <param name="scoringPrecision">What the network is computed in when it scores.</param>
    /// <param name="weightsDigest">The SHA-256 of the saved weights; null computes it when it is asked for.</param>
    public BundleContents(
        NullsModel model, BytePairTokenizer tokenizer, SourceRegistry sources, SourceIndex? index, Precision scoringPrecision = Precision.Float32, string? weightsDigest = null)
    {
        _weightsDigest = new Lazy<string>(() => weightsDigest ?? BundleFormat.DigestOfWeights(model));
        Model = model;
        Tokenizer = tokenizer;
        Sources = sources;
        Index = index;
        ScoringPrecision = scoringPrecision;
        // Cast once. The 32-bit weights stay: they are what is saved.
        ScoringWeights = new ComputeWeights(model, scoringPrecision.ToScalarType());
        Router = new SinkRouter(sources, model.Config.CreateAllocation(), index);
        Scorer = new Scorer(model, ScoringWeights, tokenizer, sources, Router);
    }

    public NullsModel Model { get; }

    public Precision ScoringPrecision { get; }

    /// <summary>Gets the matrices that scoring multiplies with.</summary>
    public ComputeWeights ScoringWeights { get; }

    public NullsConfig Config => Model.Config;

    public BytePairTokenizer Tokenizer { get; }

    public SourceRegistry Sources { get; }

    /// <summary>Gets the index that finds the nearest sources; null when the model was trained without.</summary>
    public SourceIndex? Index { get; }

    public SinkRouter Router { get; }

    public Scorer Scorer { get; }

    /// <summary>Gets the SHA-256 of the weights as they are saved, in hexadecimal.</summary>
    public string WeightsDigest => _weightsDigest.Value;

    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    public void AddReference()
    {
        // Never revives what is freed: the count rises only from 1 or more.
        int count;
        do
        {
            count = Volatile.Read(ref _references);
            ObjectDisposedException.ThrowIf(count == 0, typeof(NullsBundle));
        }
        while (Interlocked.CompareExchange(ref _references, count + 1, count) != count);
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0)
            return;
        ScoringWeights.Dispose();
        Model.Dispose();
    }
}
