using Nulls.Model;
using Nulls.Storage;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>The weights of the step that validated best: in a file of the work folder, or in memory when there is none or it is full.</summary>
/// <remarks>
/// Files bear their step. The one that the checkpoint on the disk refers to stays until a checkpoint refers to another, so that
/// a training that died goes back to weights that are still there.
/// </remarks>
internal sealed class BestWeights(NullsModel model, string? workFolder, Action<string>? warn) : IDisposable
{
    private const string Prefix = "best-";

    private readonly List<(string Name, Tensor Tensor)> _inMemory = [];

    /// <summary>Gets the SHA-256 of the file; null while the weights are in memory alone, or there are none.</summary>
    public string? Digest { get; private set; }

    /// <summary>Takes up what a checkpoint refers to.</summary>
    public void Continue(string? digest) => Digest = digest;

    /// <summary>Reads the file that a checkpoint refers to, so that one that is missing or damaged is told before the training goes on and not at its end.</summary>
    /// <param name="step">The step of the best weights; 0 when there are none.</param>
    /// <exception cref="InvalidDataException">The file is missing or damaged.</exception>
    public void Verify(int step)
    {
        if (step > 0)
            CheckpointFolder.ReadDigested(FileOf(step), Digest, _ => true);
    }

    /// <summary>Keeps the weights as they are now.</summary>
    public void Keep(int step)
    {
        Forget();
        if (workFolder is not null)
        {
            try
            {
                Digest = Write(step, Checkpointer.Weights(model));
                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                warn?.Invoke($"The best weights so far, of step {step:N0}, are kept in memory, because they could not be written to the work folder: {failure.Message}");
            }
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _inMemory.AddRange(Checkpointer.Weights(model).Select(weight => (weight.Name, weight.Tensor.detach().to(CPU, copy: true).DetachFromDisposeScope())));
    }

    /// <summary>Writes weights that are in memory alone, before a checkpoint refers to them.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Save(int step)
    {
        if (_inMemory.Count == 0)
            return;

        var digest = Write(step, _inMemory);
        Forget();
        Digest = digest;
    }

    /// <summary>Makes the best weights those of the network.</summary>
    /// <exception cref="InvalidDataException">Their file is missing or damaged.</exception>
    public void Restore(int step)
    {
        if (_inMemory.Count == 0)
        {
            CheckpointFolder.ReadDigested(FileOf(step), Digest, stream => SafetensorsReader.ReadAllInto(stream, FileOf(step), Checkpointer.Weights(model)));
            return;
        }

        using var noGrad = no_grad();
        foreach (var ((_, weight), (_, best)) in Checkpointer.Weights(model).Zip(_inMemory))
            weight.copy_(best);
    }

    /// <summary>Deletes the files of all steps but one, half-written ones too.</summary>
    public void DeleteOthers(int step)
    {
        foreach (var path in Directory.EnumerateFiles(workFolder!, $"{Prefix}*").Where(path => path != FileOf(step)).ToArray())
            File.Delete(path);
    }

    public void Dispose() => Forget();

    private string FileOf(int step) => Path.Combine(workFolder!, $"{Prefix}{step}.safetensors");

    private string Write(int step, IReadOnlyList<(string Name, Tensor Tensor)> weights)
    {
        var digest = "";
        AtomicFile.Write(FileOf(step), stream =>
        {
            using var digesting = new DigestingStream(stream);
            SafetensorsWriter.Write(digesting, weights);
            digest = digesting.Digest();
        });
        return digest;
    }

    private void Forget()
    {
        foreach (var (_, weight) in _inMemory)
            weight.Dispose();
        _inMemory.Clear();
        Digest = null;
    }
}
