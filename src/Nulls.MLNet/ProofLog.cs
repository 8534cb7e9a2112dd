using System.Globalization;
using Microsoft.ML.Runtime;
using Nulls.Evaluation.Suite;

namespace Nulls.MLNet;

/// <summary>Writes a line to ML.NET's log when a proof begins something else, and passes every report on.</summary>
internal sealed class ProofLog(IChannel channel, IProgress<ProofProgress>? next) : IProgress<ProofProgress>
{
    private string _doing = "";

    public void Report(ProofProgress value)
    {
        next?.Report(value);
        if (value.Doing == _doing)
            return;

        _doing = value.Doing;
        var left = value.Remaining is { } remaining ? string.Create(CultureInfo.InvariantCulture, $", {remaining:h\\:mm\\:ss} left") : "";
        channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture, $"{value.Doing}; {value.Share:P0} done{left}."));
    }
}
