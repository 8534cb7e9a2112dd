using Nulls.Evaluation.Systems;
using Nulls.Inference;
using Nulls.Storage;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Evaluation.Suite;

/// <summary>The trained models of a proof: each trained once, kept in the cache, and held in memory until it is released. Safe for several threads, of which one trains a model.</summary>
internal sealed class ProofModels(ProofQuestions questions, NullsBundleOptions options, ProofCache cache, string tokenizerFile) : IDisposable
{
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(20);
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Model, int Seed), NullsBundle> _held = [];

    /// <summary>Trains a model unless the cache has it. A training that was stopped goes on.</summary>
    public StageResult Train(string model, int seed, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var trained = OptionsOf(model, seed) with { WorkFolder = cache.WorkFolder(model, seed) };
        trained = trained with { FirstPhasePath = FirstPhaseOf(model, seed) };
        var warnings = new List<string>();
        // A run that was stopped right after saving left its training behind, and wrote no result.
        if (!cache.HasModel(model, seed))
        {
            var corpus = model is SystemCatalog.NullsRetrained or SystemCatalog.StandardRetrainedModel
                ? questions.Corpus.TrainingTextsWithout(questions.Forget)
                : questions.Corpus.TrainingTexts();
            Keep(model, seed, NullsBundle.Train(corpus.ToArray(), trained, progress, warnings.Add, cancellationToken));
        }

        if (Directory.Exists(trained.WorkFolder))
            Directory.Delete(trained.WorkFolder, recursive: true);
        return new StageResult([]) { Settings = Describe(trained), Warnings = warnings };
    }

    /// <summary>The file of the first phase that a training begins with, and shares with others; null where it has none.</summary>
    public string? FirstPhaseOf(string model, int seed) => options.Training.BackboneSteps == 0 ? null : cache.FirstPhasePath(OptionsOf(model, seed).Model, seed);

    /// <summary>Takes a model that was made from another.</summary>
    public void Keep(string model, int seed, NullsBundle bundle)
    {
        try
        {
            bundle.Save(cache.ModelFolder(model, seed));
        }
        catch
        {
            bundle.Dispose();
            throw;
        }

        lock (_lock)
            _held[(model, seed)] = bundle;
    }

    /// <summary>Gives a model that was trained; it stays this object's.</summary>
    public NullsBundle Get(string model, int seed)
    {
        lock (_lock)
        {
            if (!_held.TryGetValue((model, seed), out var bundle))
                _held[(model, seed)] = bundle = NullsBundle.Load(cache.ModelFolder(model, seed), options.Device, options.ScoringPrecision);
            return bundle;
        }
    }

    /// <summary>Frees a model in memory.</summary>
    public void Release(string model, int seed)
    {
        lock (_lock)
        {
            if (_held.Remove((model, seed), out var bundle))
                bundle.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var bundle in _held.Values)
            bundle.Dispose();
        _held.Clear();
    }

    /// <summary>Trains the one tokenizer of all systems on the whole corpus, unless the cache has it.</summary>
    /// <remarks>Losses a token compare only between models with the same tokens.</remarks>
    public static void MakeTokenizer(ProofQuestions questions, TokenizerOptions options, string file)
    {
        if (!File.Exists(file))
            AtomicFile.Write(file, BytePairTokenizer.Create(options, questions.Corpus.TrainingTexts().Select(document => document.Text)).Save);
    }

    private NullsBundleOptions OptionsOf(string model, int seed)
    {
        // Under one salt, so that the same sources have the same ids in every model.
        var nulls = options with
        {
            Seed = seed,
            Routing = SinkRouting.NearestSources,
            KeepSourceKeys = false,
            SourceSalt = new byte[16],
            Tokenizer = new TokenizerOptions { TokenizerJsonFile = tokenizerFile },
            Training = options.Training with { CheckpointInterval = BetweenCheckpoints, StepsPerReport = Math.Min(10, options.Training.StepsPerReport) },
        };
        var minSources = SystemCatalog.All.FirstOrDefault(system => system.Model == model)?.MinSources ?? 0;
        return model switch
        {
            SystemCatalog.StandardModel or SystemCatalog.StandardRetrainedModel => ComparedSystems.Standard(nulls),
            SystemCatalog.IsolatedModel => ComparedSystems.Isolated(nulls, questions.SourceCount),
            SystemCatalog.IsolatedWithoutModel => ComparedSystems.IsolatedWithout(nulls, questions.SourceCount, questions.Forgotten.ToArray()),
            _ when minSources > 0 => nulls with { Training = nulls.Training with { SharedDropout = SystemCatalog.DropoutShare, MinSources = minSources } },
            _ => nulls,
        };
    }

    private static string Describe(NullsBundleOptions options) =>
        $"width {options.Model.Width}, {options.Model.LayerCount} layers, backbone {options.Model.BackboneWidth}, pool {options.Model.SinkPoolWidth}, {options.Model.SinksPerSource} sinks a source; "
        + (options.Training.BackboneSteps > 0 ? $"{options.Training.BackboneSteps} steps of general text, then " : "")
        + $"{options.Training.Passes} passes of {options.Training.RowsPerStep} rows a step, learning rate {options.Training.LearningRate}"
        + (options.Training.BackboneLearningRateScale != 1 ? $", the backbone's times {options.Training.BackboneLearningRateScale}" : "")
        + (options.Training.BackboneShield > 0 ? $", {options.Training.BackboneShield} of sources' gradient kept from the backbone" : "")
        + (options.Training.SharedDropout > 0 ? $", shared dropout {options.Training.SharedDropout} from {options.Training.MinSources} sources" : "")
        + (options.Training.Isolation == Isolation.SinksOnly ? ", sources train their sinks alone" : "")
        + (options.Training.AreSinksLeftOut ? ", no sinks" : "");
}
