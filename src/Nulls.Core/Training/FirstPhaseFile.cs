using Nulls.Model;
using Nulls.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>Keeps the backbone that the first phase ends with, for other trainings that begin alike: the same seed, network, general text and options of that phase.</summary>
/// <param name="path">The file; whoever names it sees to it that these agree.</param>
internal sealed class FirstPhaseFile(string path)
{
    /// <summary>Reads the backbone into a network whose weights were just drawn; false where no training has written it yet.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of another network.</exception>
    public bool TryRead(NullsModel model)
    {
        if (!File.Exists(path))
            return false;
        try
        {
            using var stream = File.OpenRead(path);
            SafetensorsReader.ReadAllInto(stream, path, Backbone(model));
            return true;
        }
        catch (InvalidDataException cause)
        {
            throw new InvalidDataException($"The backbone kept of a first phase cannot be used: {cause.Message} Delete '{path}'; the phase is trained again.", cause);
        }
    }

    /// <summary>Writes the backbone, whole or not at all.</summary>
    public void Write(NullsModel model) => AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, Backbone(model)));

    // Sinks learn nothing in the first phase, and are drawn again.
    private static List<(string Name, Tensor Tensor)> Backbone(NullsModel model)
    {
        var sinks = model.SinkParameters.Select(parameter => parameter.Handle).ToHashSet();
        return [.. model.named_parameters().Where(named => !sinks.Contains(named.parameter.Handle)).Select(named => (named.name, (Tensor)named.parameter))];
    }
}
