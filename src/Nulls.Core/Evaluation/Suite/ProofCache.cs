using Nulls.Model;
using Nulls.Storage;

namespace Nulls.Evaluation.Suite;

/// <summary>Keeps what a proof computes: <c>cache/system-seed-digest/</c> with a model, the state of its training, and measurements. Every file is whole or not there.</summary>
internal sealed class ProofCache : IDisposable
{
    private readonly string _folder;
    private readonly string _models;
    private readonly string _questions;
    private readonly FileStream _lock;

    /// <exception cref="IOException">The folder cannot be made or written, or another process proves in it.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed.</exception>
    public ProofCache(string folder, string modelsDigest, string questionsDigest)
    {
        (_folder, _models, _questions) = (Path.Combine(folder, "cache"), modelsDigest, questionsDigest);
        try
        {
            Directory.CreateDirectory(_folder);
            _lock = new FileStream(Path.Combine(_folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The folder '{_folder}' cannot be written, or another process proves in it: {cause.Message} Name another folder, or wait.", cause);
        }
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

    private string FolderOf(string name, int seed) => Path.Combine(_folder, $"{name}-{seed}-{_models}");

    private string PathOf(string system, int seed, string stage) => Path.Combine(FolderOf(system, seed), $"{stage}-{_questions}.json");
}
