using Nulls.Model;
using Nulls.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>Keeps a training in a work folder: writes its checkpoints when they are due, and finds there what an earlier run left.</summary>
/// <remarks>
/// The first checkpoint is written before the first step, so that a folder that cannot be written is an error while nothing is lost.
/// From then on a failure to write is a warning: the earlier checkpoint stays, the training goes on, and the next one tries again.
/// </remarks>
internal sealed class Checkpointer
{
    private const string WeightsName = "model.safetensors";
    private const string OptimiserName = "optimiser.safetensors";

    private readonly WorkFolder _workFolder;
    private readonly CheckpointFolder _folder;
    private readonly TrainingOptions _options;
    private readonly Action<string>? _warn;
    private readonly int _rankCount;
    private readonly TimeProvider _time;
    private Dictionary<string, string> _identity = [];
    private IReadOnlyList<(string Name, Action<Stream> Write)> _parts = [];
    private Precision _precision = Precision.Float32;
    private long _lastWrite;
    private int _lastStep;
    private bool _isEntered;

    /// <param name="workFolder">The work folder.</param>
    /// <param name="options">How often to write.</param>
    /// <param name="warn">Told what is amiss but does not end the training.</param>
    /// <param name="rankCount">The ranks that train together, for which this one writes.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InvalidDataException">The folder holds a damaged checkpoint, or one of another version of the format.</exception>
    public Checkpointer(WorkFolder workFolder, TrainingOptions options, Action<string>? warn, int rankCount, TimeProvider time)
    {
        _workFolder = workFolder;
        _folder = new CheckpointFolder(workFolder.CheckpointFolder);
        _options = options;
        _warn = warn;
        _rankCount = rankCount;
        _time = time;
        Saved = _folder.ReadManifest();
    }

    /// <summary>Gets the checkpoint that was there; null when the training begins.</summary>
    public CheckpointManifest? Saved { get; }

    /// <summary>Gets the precision that the training in the folder was begun with; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The checkpoint names none that there is.</exception>
    public Precision? SavedPrecision => Saved is null ? null
        : Enum.TryParse<Precision>(Saved.ComputeType, out var precision) && precision is Precision.Float32 or Precision.BFloat16 ? precision
        : throw new InvalidDataException($"The checkpoint in '{_workFolder.Path}' says that products run in '{Saved.ComputeType}', which is no precision. Delete the work folder to begin anew.");

    /// <summary>Requires that the training in the folder, if there is one, is the one that is to run.</summary>
    /// <param name="identity">Some or all of what must agree, by name.</param>
    /// <exception cref="InvalidOperationException">Something differs. Each is named, with both values.</exception>
    public void RequireSame(IReadOnlyDictionary<string, string> identity)
    {
        if (Saved is null)
            return;

        var differences = identity.Where(field => Saved.Identity.GetValueOrDefault(field.Key) != field.Value)
            .Select(field => $"{field.Key} is {Saved.Identity.GetValueOrDefault(field.Key) ?? "not given"} there and {field.Value} here").ToArray();
        if (differences.Length > 0)
        {
            throw new InvalidOperationException(
                $"The work folder '{_workFolder.Path}' holds another training: {string.Join("; ", differences)}. Nothing was changed. "
                + "Continue that training as it was begun, choose another WorkFolder, or delete this one to begin anew.");
        }
    }

    /// <summary>Says which training this is, and what it keeps in its checkpoints besides tensors.</summary>
    /// <param name="identity">All that must agree.</param>
    /// <param name="parts">Files that are the same in every checkpoint.</param>
    /// <param name="precision">The precision of the products, resolved.</param>
    /// <exception cref="InvalidOperationException">The training in the folder is another.</exception>
    public void Identify(IReadOnlyDictionary<string, string> identity, IReadOnlyList<(string Name, Action<Stream> Write)> parts, Precision precision)
    {
        RequireSame(identity);
        (_identity, _parts, _precision) = (new(identity), parts, precision);
    }

    /// <summary>Reads one of the parts of the checkpoint that was there.</summary>
    public T ReadPart<T>(string name, Func<Stream, T> read) => _folder.ReadPart(Saved!, name, read); // Asked only when there is one.

    /// <summary>Makes the place where the best weights are kept.</summary>
    public BestWeights MakeBest(NullsModel model)
    {
        var best = new BestWeights(model, _workFolder.Path, _warn);
        best.Continue(Saved?.BestDigest);
        return best;
    }

    /// <summary>Reads the weights of the checkpoint into the network, and what the optimiser remembered into the optimiser.</summary>
    /// <param name="model">The network.</param>
    /// <param name="optimiser">The optimiser of the phase; null when the training is finished.</param>
    public void Restore(NullsModel model, AdamW? optimiser)
    {
        ReadPart(WeightsName, stream => SafetensorsReader.ReadAllInto(stream, WeightsName, Weights(model)));
        if (optimiser is null)
            return;

        ReadPart(OptimiserName, stream => SafetensorsReader.ReadAllInto(stream, OptimiserName, Memory(model, optimiser)));
        var here = EnvironmentOf(model);
        foreach (var (name, there) in Saved!.Environment.Where(field => here.GetValueOrDefault(field.Key) != field.Value)) // As above.
            _warn?.Invoke($"The training goes on with {name} {here.GetValueOrDefault(name)}, after {there}: the last bits of its weights may differ from those of a training that was not moved.");
    }

    /// <summary>Begins the first phase of this run: restores what is saved, or writes the first checkpoint. Later phases find all in place.</summary>
    /// <exception cref="IOException">The checkpoint cannot be written.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public void Enter(TrainingState state, NullsModel model, AdamW optimiser, BestWeights best)
    {
        if (_isEntered)
            return;

        if (Saved is null)
        {
            Write(state, model, optimiser, best, isFinished: false);
        }
        else
        {
            best.Verify(state.Validation.BestStep);
            Restore(model, optimiser);
        }

        (_isEntered, _lastWrite, _lastStep) = (true, _time.GetTimestamp(), state.Step);
    }

    /// <summary>Whether the time or the steps between two checkpoints have passed.</summary>
    public bool IsDue(int step) =>
        _time.GetElapsedTime(_lastWrite) >= _options.CheckpointInterval || (_options.StepsPerCheckpoint > 0 && step - _lastStep >= _options.StepsPerCheckpoint);

    /// <summary>Writes a checkpoint; warns if that fails.</summary>
    public void TryWrite(TrainingState state, NullsModel model, AdamW? optimiser, BestWeights best, bool isFinished = false)
    {
        try
        {
            Write(state, model, optimiser, best, isFinished);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var last = isFinished ? "The trained model is whole, but" : "The training goes on, but";
            _warn?.Invoke($"{last} the checkpoint of step {state.Step:N0} could not be written, and the one of step {_lastStep:N0} stays: {failure.Message}");
            _lastWrite = _time.GetTimestamp();
            return;
        }

        (_lastWrite, _lastStep) = (_time.GetTimestamp(), state.Step);
    }

    /// <summary>The network's weights by name.</summary>
    public static IReadOnlyList<(string Name, Tensor Tensor)> Weights(NullsModel model) =>
        [.. model.named_parameters().Select(named => (named.name, (Tensor)named.parameter))];

    private void Write(TrainingState state, NullsModel model, AdamW? optimiser, BestWeights best, bool isFinished)
    {
        if (!isFinished)
            best.Save(state.Validation.BestStep);
        IEnumerable<(string, Action<Stream>)> parts = [.. _parts, (WeightsName, stream => SafetensorsWriter.Write(stream, Weights(model)))];
        if (optimiser is not null)
            parts = parts.Append((OptimiserName, stream => SafetensorsWriter.Write(stream, Memory(model, optimiser))));
        _folder.Write(
            new CheckpointManifest(
                CheckpointFolder.FormatName, CheckpointFolder.Version, isFinished, _identity, EnvironmentOf(model), $"{_precision}", state,
                isFinished ? null : best.Digest, new Dictionary<string, string>()),
            parts);
        best.DeleteOthers(isFinished ? -1 : state.Validation.BestStep);
    }

    private static List<(string Name, Tensor Tensor)> Memory(NullsModel model, AdamW optimiser)
    {
        var names = model.named_parameters().ToDictionary(named => named.parameter.Handle, named => named.name);
        return [.. optimiser.State.Select(entry => ($"{names[entry.Parameter.Handle]}.{entry.Kind}", entry.Value))];
    }

    private Dictionary<string, string> EnvironmentOf(NullsModel model) => new()
    {
        ["device"] = model.Device.type == DeviceType.CPU ? "cpu" : $"{model.Device}",
        ["threads"] = $"{get_num_threads()}",
        ["ranks"] = $"{_rankCount}",
        ["TorchSharp"] = $"{typeof(Tensor).Assembly.GetName().Version}",
    };
}
