using Nulls.Model;
using Nulls.Storage;

namespace Nulls.Evaluation.Suite;

/// <summary>Keeps what a proof computes: <c>cache/system-seed-digest/</c> with a model, the state of its training, and measurements. Every file is whole or not there.</summary>
/// <remarks>Measurements are named by the questions, too, and so is a model that was tuned by them. Trainings see no question, and outlast them.</remarks>
internal sealed class ProofCache : IDisposable
{
    private readonly string _folder;
    private readonly string _models;
    private readonly string _questions;
    private readonly FileLock _lock;

    /// <exception cref="IOException">The folder cannot be made or written, or another process proves in it.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed.</exception>
    public ProofCache(string folder, string modelsDigest, string questionsDigest)
    {
        (_folder, _models, _questions) = (Path.Combine(folder, "cache"), modelsDigest, questionsDigest);
        FileLock? held;
        try
        {
            Directory.CreateDirectory(_folder);
            held = FileLock.TryTake(Path.Combine(_folder, "lock"), isDeleted: false);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The folder '{_folder}' cannot be written: {cause.Message} Name another folder.", cause);
        }

        _lock = held ?? throw new IOException($"Another process proves in the folder '{_folder}'. Wait until it is done, or name another folder.");
    }

    public string TokenizerFile(string digest) => Path.Combine(_folder, $"tokenizer-{digest}.json");

    public bool HasModel(string model, int seed) => Directory.Exists(ModelFolder(model, seed));

    public string ModelFolder(string model, int seed)
    {
        var folder = Path.Combine(FolderOf(model, seed), "model");
        AtomicFolder.Recover(folder);
        return folder;
    }

    public string WorkFolder(string model, int seed) => Path.Combine(FolderOf(model, seed), "work");

    /// <summary>The backbone after the first phase, which models of one network share: they all read the same general text.</summary>
    public string FirstPhasePath(NullsConfig network, int seed) => Path.Combine(_folder, $"firstPhase-{ProofDigest.OfOptions(network)}-{seed}-{_models}.safetensors");

    /// <summary>Reads measurements, or returns null when they are not made yet.</summary>
    public StageResult? Read(string system, int seed, string stage) => File.Exists(PathOf(system, seed, stage)) ? StageResult.Load(PathOf(system, seed, stage)) : null;

    public void Write(string system, int seed, string stage, StageResult result)
    {
        Directory.CreateDirectory(FolderOf(system, seed));
        AtomicFile.Write(PathOf(system, seed, stage), result.Save);
    }

    public void Dispose() => _lock.Dispose();

    private string FolderOf(string name, int seed) => Path.Combine(_folder, $"{name}-{seed}-{_models}{(SystemCatalog.IsTuned(name) ? $"-{_questions}" : "")}");

    private string PathOf(string system, int seed, string stage) => Path.Combine(FolderOf(system, seed), stage == Stages.Training ? $"{stage}.json" : $"{stage}-{_questions}.json");
}
